"""The proof: the same faults on Longshore and on stock Celery, judged from outside Redis."""
