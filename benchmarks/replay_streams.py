"""Replay of a recorded live stream by many devices, a telegram a second: replay_streams.py FILE COUNT.

FILE contains the events that a device sent, the opening snapshot first. The script prints COUNT ports, one a line,
and serves until it is ended. It is a separate process, so that its work is not counted as Home Assistant's.
"""

import asyncio
import contextlib
import sys
from pathlib import Path

from aiohttp import web
from aiohttp.test_utils import TestServer

OPENING = 4
"""Events of the snapshot: status, peaks, reading, quarter."""
RECORDED_ID = "0200c3000001"


def device_id(number: int) -> str:
    """Return the id of the replayed device with this number."""
    return f"0200c3{number:06x}"


def telegrams(events: list[bytes]) -> list[bytes]:
    """Return groups of events that were sent together: a reading, and all events before the next one."""
    groups: list[bytes] = []
    for event in events:
        if event.startswith(b"event: reading") or not groups:
            groups.append(b"")
        groups[-1] += event
    return groups


async def serve(recorded: bytes, count: int) -> None:
    """Serve until cancelled."""
    for number in range(1, count + 1):
        ours = recorded.replace(RECORDED_ID.encode(), device_id(number).encode())
        events = [event + b"\n\n" for event in ours.split(b"\n\n") if event]
        opening, later = b"".join(events[:OPENING]), telegrams(events[OPENING:])

        async def live(
            request: web.Request, opening: bytes = opening, later: list[bytes] = later
        ) -> web.StreamResponse:
            response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
            await response.prepare(request)
            await response.write(opening)
            with contextlib.suppress(ConnectionError):
                while True:
                    for telegram in later:
                        await asyncio.sleep(1)
                        await response.write(telegram)
            return response

        application = web.Application()
        application.router.add_get("/api/live", live)
        server = TestServer(application, host="127.0.0.1")
        await server.start_server()
        print(server.port, flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(serve(Path(sys.argv[1]).read_bytes(), int(sys.argv[2])))
