"""A small shop in Flask: an order is a row, and a job makes its invoice.

flask --app shop run
celery -A shop.celery_app worker
"""

from __future__ import annotations

import os
from http import HTTPStatus
from typing import Any

from celery import shared_task
from flask import Flask, current_app, url_for
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from longshore.flask import celery_for

URL = os.environ.get("SHOP_BROKER", "longshore://127.0.0.1:6379/0")


class Base(DeclarativeBase):
    """Base of the tables."""


db = SQLAlchemy(model_class=Base)


class Order(db.Model):  # type: ignore[name-defined, misc]
    """What somebody ordered, and its invoice once that is made."""

    id: Mapped[int] = mapped_column(primary_key=True)
    customer: Mapped[str]
    cents: Mapped[int]
    invoice: Mapped[str | None]


@shared_task(autoretry_for=(ConnectionError,), retry_backoff=True, max_retries=5)
def make_invoice(order_id: int) -> str:
    """Write the invoice of an order; doing it twice leaves the same."""
    order = db.get_or_404(Order, order_id)
    currency = current_app.config["CURRENCY"]
    order.invoice = f"{order.customer} pays {order.cents / 100:.2f} {currency}"
    db.session.commit()
    return str(order.invoice)


def create_app() -> Flask:
    """Return the shop, with its tables and its Celery app."""
    app = Flask(__name__)
    app.config.update(
        CURRENCY=os.environ.get("SHOP_CURRENCY", "EUR"),
        SQLALCHEMY_DATABASE_URI=os.environ.get("SHOP_DATABASE", "sqlite:///shop.sqlite3"),
        CELERY={"broker_url": URL, "result_backend": URL, "task_default_queue": "shop"},
    )
    db.init_app(app)
    celery_for(app)
    with app.app_context():
        db.create_all()
    _add_routes(app)
    return app


def _add_routes(app: Flask) -> None:
    @app.post("/orders/<customer>/<int:cents>")
    def order(customer: str, cents: int) -> tuple[dict[str, Any], HTTPStatus]:
        row = Order(customer=customer, cents=cents)
        db.session.add(row)
        db.session.commit()
        make_invoice.delay(row.id)
        return {"order": url_for("show", order_id=row.id)}, HTTPStatus.ACCEPTED

    @app.get("/orders/<int:order_id>")
    def show(order_id: int) -> dict[str, Any]:
        row = db.get_or_404(Order, order_id)
        return {"customer": row.customer, "cents": row.cents, "invoice": row.invoice}


flask_app = create_app()
celery_app = flask_app.extensions["celery"]
