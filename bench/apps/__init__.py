"""One file per library: the app that its user would write, with three tasks and an enqueue.

Each offers ``enqueue(task, argument)`` and ``enqueue_many(task, argument, count)``, plain or
async as the library is, and ``start``/``stop`` where it needs them. The broker is ``BENCH_URL``.
"""
