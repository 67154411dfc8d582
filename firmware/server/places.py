"""Sharing of connections and live streams between parties. Loaded on demand, if more clients connect than are accepted.

All clients with the same valid token are one party, whatever their addresses are. All clients without a valid token at
one IPv4 address are one party too.
"""

import asyncio
from micropython import const

from server.http import Refused

_CONNECTIONS = const(5)
_STEP_MS = const(20)
# Maximum number of steps, of 20 ms each, for which the newest connection waits for a place. After the last step, the
# server accepts the next connection.
_STEPS = const(5)
# Maximum number of these steps if all connections belong to one party, and no other address has connected for a minute.
_ALONE_STEPS = const(50)


async def wait(server, newest):
    """Wait until the newest connection has a place, but at most 0.1 s, or 1 s while only one party connects.

    The largest party is the party with the most connections. If the largest party has more connections than the party
    of the newest connection, close the largest party's oldest connection whose request is not complete. If all requests
    of the largest party are complete, close the largest party's newest connection.
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
    """Close connections of the party with the most connections, then wait for 20 ms.

    Each connection of this party whose request is not complete is closed. The disconnected clients may connect again at
    once, although other clients wait in the queue of the operating system. During the 20 ms, the server accepts no
    connection. Therefore the disconnected clients find the queue full, and the queued clients get the free places.
    """
    for stream in _largest(server):
        if not stream.asked:
            server.close(stream)
    await asyncio.sleep_ms(_STEP_MS)


def _largest(server):
    """Return the connections of the party that has the most connections, the oldest first."""
    parties = [stream.party for stream in server.open]
    most = max(reversed(parties), key=parties.count)
    return [stream for stream in server.open if stream.party == most]


def stream_for(party, clients):
    """Return the live stream that must be closed before a client of `party` can open a further stream.

    Raise Refused if `party` has no token, and no other party has at least two streams more than `party`.
    """
    parties = [client.party for client in clients]
    # The party of a client with a token is bytes: the hash of the token. The party of a client without a token is text.
    # Clients with a token have priority.
    without_token = [other for other in parties if isinstance(other, str)]
    has_token = isinstance(party, bytes)
    most = max(without_token if has_token and without_token else parties, key=parties.count)
    if not has_token and parties.count(most) < parties.count(party) + 2:
        raise Refused(503, "Three clients are watching already")
    return clients[parties.index(most)]
