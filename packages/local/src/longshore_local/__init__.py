"""The whole Longshore set on one machine: run, demo, load."""
