"""What the api does with jobs, apart from HTTP."""
