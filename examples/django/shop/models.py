"""What somebody ordered."""

from __future__ import annotations

from typing import ClassVar

from django.db import models


class Order(models.Model):
    """An order, and its invoice once that is made."""

    customer = models.CharField(max_length=100)
    cents = models.PositiveIntegerField()
    invoice = models.CharField(max_length=200, blank=True)

    objects: ClassVar[models.Manager[Order]]

    def __str__(self) -> str:
        return f"{self.customer}: {self.cents}"
