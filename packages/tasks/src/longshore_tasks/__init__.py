"""The jobs of the Longshore service set and their handlers."""
