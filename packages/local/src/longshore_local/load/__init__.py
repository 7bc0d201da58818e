"""Post many jobs at once and follow each of them to its end."""
