"""What was measured, as a table, a page and pictures."""
