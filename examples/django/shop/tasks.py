"""The shop's jobs."""

from __future__ import annotations

from celery import shared_task
from django.conf import settings

from shop.models import Order


@shared_task(autoretry_for=(ConnectionError,), retry_backoff=True, max_retries=5)
def make_invoice(order_id: int) -> str:
    """Write the invoice of an order; doing it twice leaves the same."""
    order = Order.objects.get(id=order_id)
    order.invoice = f"{order.customer} pays {order.cents / 100:.2f} {settings.CURRENCY}"
    order.save(update_fields=["invoice"])
    return order.invoice
