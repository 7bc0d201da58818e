"""kombu's module of its Redis transport with Longshore's classes in place of kombu's own."""

from __future__ import annotations

from kombu.transport import redis as kombu_redis

from longshore.transport import Transport
from longshore.transport.channel import Channel
from longshore.transport.qos import QoS

# Bound before kombu's names of the same spelling come in.
_OURS = {"Transport": Transport, "Channel": Channel, "QoS": QoS}

globals().update({name: one for name, one in vars(kombu_redis).items() if name[:2] != "__"})
globals().update(_OURS)
