"""The shop of the incident. Its release 42 reads a field that no order has yet."""

from __future__ import annotations

import os
from typing import Any

from celery import Celery

URL = os.environ["LONGSHORE_BROKER_URL"]
FIELD = "total_cents" if os.environ.get("RELEASE") == "42" else "cents"

app = Celery("shop", broker=URL, backend=URL)
app.conf.task_default_queue = "invoices"


@app.task
def invoice(order: dict[str, Any]) -> str:
    """Write the invoice of an order."""
    return f"{order['customer']} pays {order[FIELD] / 100:.2f} EUR"
