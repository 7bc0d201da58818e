"""The contracts of the tasks, one file per kind: light enough for the api and the scheduler."""
