"""``longshore doctor``: what is wrong with a broker, and what to do about it."""
