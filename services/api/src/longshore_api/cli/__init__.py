"""``longshore-api``: serve, and what an administrator of the api does."""
