"""The Longshore scheduler."""
