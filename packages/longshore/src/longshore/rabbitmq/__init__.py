"""RabbitMQ holds the messages in quorum queues, Redis the records and the results.

Only what ``docs/brokers.md`` says of RabbitMQ is promised here. Nothing of the engine imports this
but the schedule, when its broker is RabbitMQ.
"""

from __future__ import annotations
