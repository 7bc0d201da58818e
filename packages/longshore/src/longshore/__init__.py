"""Celery made lossless on Redis: transport, result backend, worker, scheduler."""
