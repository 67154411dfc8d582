"""Sharing of connections and live streams between parties. Loaded on demand, when more clients connect than have room.

All clients with the same valid token are one party, whatever their addresses are. All clients without a valid token at
one IPv4 address are one party too.
"""

import asyncio
from micropython import const

from server.http import Refused

_CONNECTIONS = const(5)
_STEP_MS = const(20)
_STEPS = const(5)  # steps of 20 ms that a connection waits for a place before the next one is accepted
_ALONE_STEPS = const(50)  # number of these steps while all connections belong to one party


async def wait(server, newest):
    """Wait until the newest connection has a place, or until the server may accept the next connection.

    If another party has more connections than the party of the newest connection, close one connection of that other
    party at once: its oldest connection without a complete request, or its newest connection if all its requests are
    complete.
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
    """Close the connections without a complete request of the party with the most connections. Then wait for 20 ms.

    Other clients wait behind these connections in the queue of the operating system. A closed client may connect again
    at once. During the 20 ms it finds the queue full, because the server accepts no connection. Therefore the places
    that become free afterwards are for other clients.
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
    """Return the live stream to close, so that `party` gets a new one. Raise Refused if it has its share already."""
    parties = [client.party for client in clients]
    # The party of a client with a token is bytes, the hash of the token. Such a client has priority over all clients
    # without a token, whose party is text.
    without_token = [other for other in parties if isinstance(other, str)]
    has_token = isinstance(party, bytes)
    most = max(without_token if has_token and without_token else parties, key=parties.count)
    if not has_token and parties.count(most) < parties.count(party) + 2:
        raise Refused(503, "Three clients are watching already")
    return clients[parties.index(most)]
