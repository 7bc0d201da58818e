"""Show the set at work on real pictures, a mail and a report."""
