"""What a parent tells its children, however much it is."""

from __future__ import annotations

from longshore.store.claims import Source
from longshore.worker.pool.orders import OrderBook, Orders

MANY = tuple(f"{'a-long-name-' * 10}{number}" for number in range(3000))


def test_orders_may_grow_and_shrink():
    book = OrderBook()
    sources = tuple(Source(name, name) for name in MANY)
    book.write(Orders(consuming=True, sources=sources, queues=MANY))
    read = book.read()
    assert read is not None
    assert (read.queues, read.sources) == (MANY, sources)
    book.write(Orders(consuming=True, queues=("q",)))
    again = book.read()
    assert again is not None
    assert again.queues == ("q",)
    assert again.version > read.version


def test_queues_take_turns_within_each_step_of_the_priorities():
    names = ("a", "b", "c")
    sources = tuple(Source(f"{name}{step}", name) for step in (0, 3) for name in names)
    orders = Orders(sources=sources, queues=names)
    assert [one.list for one in orders.sources_after("a")] == ["b0", "c0", "a0", "b3", "c3", "a3"]
    assert [one.list for one in orders.sources_after("c")] == [one.list for one in sources]
    assert orders.sources_after(None) == orders.sources_after("gone") == sources
