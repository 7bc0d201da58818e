"""The Longshore worker."""
