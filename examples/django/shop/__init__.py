"""The shop: Celery's app is loaded with Django, as Celery's own guide has it."""

from __future__ import annotations

from shop.celery import app as celery_app

__all__ = ["celery_app"]
