"""The work: one file per kind, needing the extra ``longshore-tasks[handlers]``."""
