"""Is the api ready, and does a job go through the whole set."""
