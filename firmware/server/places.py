"""Shares of the connections and of the live streams, by party. Loaded on demand, while more clients come than fit.

A client with a valid token is a party whatever its address is. All other clients of one IPv4 address are one party.
"""

import asyncio
from micropython import const

from server.http import Refused

_CONNECTIONS = const(5)
_STEP_MS = const(20)
_STEPS = const(5)  # of waiting for a place, before the connection behind this one is accepted
_ALONE_STEPS = const(50)  # the same for a party that is alone


async def wait(server, newest):
    """Wait until the newest connection has a place, or until the connection behind it may be accepted.

    If another party has more connections than that of the newest one, one of these is closed at once: the oldest one
    whose request is not complete, or else the newest one.
    """
    for step in range(_ALONE_STEPS):
        if len(server.open) <= _CONNECTIONS:
            break
        largest = _largest(server)
        if len(largest) > len([stream for stream in server.open if stream.party == newest.party]):
            server.close(([stream for stream in largest if not stream.asked] or largest[-1:])[0])
        is_shared = largest != server.open or server.clock.uptime_s() < server.shared_until_s
        if is_shared and step >= _STEPS:
            break
        await asyncio.sleep_ms(_STEP_MS)


async def make_room(server):
    """Close all connections of the largest party whose request is not complete, because others wait behind them.

    The closed clients may return at once. They do so before the server accepts the next clients, so that they find a
    full queue in the operating system. Then the places that become free in the queue are for others.
    """
    for stream in _largest(server):
        if not stream.asked:
            server.close(stream)
    await asyncio.sleep_ms(_STEP_MS)


def _largest(server):
    """Return the connections of the party that has the most, the oldest first."""
    parties = [stream.party for stream in server.open]
    most = max(reversed(parties), key=parties.count)
    return [stream for stream in server.open if stream.party == most]


def stream_for(party, clients):
    """Return the live stream that ends for a new one of `party`. Raise Refused if the party has its share already."""
    parties = [client.party for client in clients]
    # Only the hash of a token is bytes. A client with a token comes before all clients without one.
    without_token = [other for other in parties if isinstance(other, str)]
    has_token = isinstance(party, bytes)
    most = max(without_token if has_token and without_token else parties, key=parties.count)
    if not has_token and parties.count(most) < parties.count(party) + 2:
        raise Refused(503, "Three clients are watching already")
    return clients[parties.index(most)]
