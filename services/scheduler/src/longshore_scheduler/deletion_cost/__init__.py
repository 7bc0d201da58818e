"""Tells Kubernetes which pods are busy, so that a scale-in takes idle ones first.

A ReplicaSet that must lose pods takes those of the lowest ``pod-deletion-cost`` first
(https://kubernetes.io/docs/concepts/workloads/controllers/replicaset/#pod-deletion-cost).
"""

from __future__ import annotations

from longshore_scheduler.deletion_cost.keeper import DeletionCostKeeper, keep_on_start

__all__ = ["DeletionCostKeeper", "keep_on_start"]
