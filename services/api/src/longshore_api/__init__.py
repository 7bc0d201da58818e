"""The Longshore HTTP API."""
