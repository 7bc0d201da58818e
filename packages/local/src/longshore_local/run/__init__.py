"""Start the set, keep it running, stop it."""
