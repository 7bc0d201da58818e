"""The shop's pages: order something, look at an order."""

from __future__ import annotations

from http import HTTPStatus

from django.db import transaction
from django.http import HttpRequest, JsonResponse
from django.shortcuts import get_object_or_404
from django.urls import path

from shop.models import Order
from shop.tasks import make_invoice


def order(_request: HttpRequest, customer: str, cents: int) -> JsonResponse:
    """Take an order; its job is enqueued once the row is there for a worker to find."""
    with transaction.atomic():
        row = Order.objects.create(customer=customer, cents=cents)
        make_invoice.delay_on_commit(row.id)
    return JsonResponse({"order": f"/orders/{row.id}"}, status=HTTPStatus.ACCEPTED)


def show(_request: HttpRequest, order_id: int) -> JsonResponse:
    """Show an order with its invoice."""
    row = get_object_or_404(Order, id=order_id)
    return JsonResponse({"customer": row.customer, "cents": row.cents, "invoice": row.invoice})


urlpatterns = [
    path("orders/<str:customer>/<int:cents>", order),
    path("orders/<int:order_id>", show),
]
