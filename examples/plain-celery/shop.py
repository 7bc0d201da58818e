"""A shop's jobs, written for stock Celery. Where they run is the URL's business.

celery -A shop worker
celery -A shop beat
python shop.py Ada 1250 99
"""

from __future__ import annotations

import os
import sys

from celery import Celery, chain, chord

URL = os.environ.get("SHOP_BROKER", "redis://127.0.0.1:6379/0")
app = Celery("shop", broker=URL, backend=URL)
app.conf.update(
    task_default_queue="shop",
    broker_connection_retry_on_startup=True,
    beat_schedule={"tidy": {"task": "shop.tidy", "schedule": 3600.0}},
)


@app.task(autoretry_for=(ConnectionError,), retry_backoff=True, max_retries=5)
def price(cents: int) -> int:
    """Look up the price of one article."""
    return cents


@app.task
def total(prices: list[int]) -> int:
    """Add the prices of an order."""
    return sum(prices)


@app.task
def bill(cents: int, customer: str) -> str:
    """Write the bill of an order."""
    return f"{customer} pays {cents / 100:.2f}"


@app.task
def tidy() -> None:
    """Clean up behind the day's orders."""


def order(customer: str, articles: list[int]) -> str:
    """Order something: the prices, their sum, then the bill, whose job's id it returns."""
    work = chain(chord([price.s(cents) for cents in articles], total.s()), bill.s(customer))
    return str(work.apply_async().id)


if __name__ == "__main__":
    print(order(sys.argv[1], [int(word) for word in sys.argv[2:]]))  # noqa: T201
