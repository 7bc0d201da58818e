"""What is measured: the catalogue of every metric, and how the figures are kept and shown."""
