"""The benchmark: Longshore, stock Celery and the peers, interleaved on one Valkey."""
