"""Stored files as the api sees them: checked on the way in, streamed on the way out."""
