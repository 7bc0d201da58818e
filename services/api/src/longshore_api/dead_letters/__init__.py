"""What the api does with dead letters, apart from HTTP."""
