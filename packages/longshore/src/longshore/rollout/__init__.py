"""Restarting a set on Kubernetes, and what becomes of each pod and its jobs meanwhile."""
