"""Measurements of `firmware prove` over the network, of a board whose firmware runs. They need no cable."""

import http.client
import json
import time
from collections.abc import Callable
from typing import Any

from board_tool.on_board_code import CannotRunError

HTTP_PORT = 80
_READY_S = 60.0
_STREAMS = 3
_STREAMS_S = 5.0
_METER_S = 60.0


class Network:
    """A board's HTTP server. Its address occurs in no figure and in no message."""

    def __init__(self, address: str) -> None:
        self._address = address

    def open(self, path: str) -> tuple[http.client.HTTPConnection, http.client.HTTPResponse]:
        """Send a GET request. Return the connection and the reply. CannotRunError if there is none."""
        connection = http.client.HTTPConnection(self._address, HTTP_PORT, timeout=10)
        try:
            connection.request("GET", path)
            reply = connection.getresponse()
        except (OSError, http.client.HTTPException):
            connection.close()
            raise CannotRunError("the board does not answer this computer over the network") from None
        if reply.status != 200:
            connection.close()
            reasons = {
                401: "reading needs a sign-in (setting access.closed)",
                503: "the board was busy (503)",
            }
            raise CannotRunError(reasons.get(reply.status, f"the board answered with {reply.status}"))
        return connection, reply

    def get(self, path: str) -> bytes:
        """Return the body of a reply."""
        connection, reply = self.open(path)
        try:
            return reply.read()
        except (OSError, http.client.HTTPException):
            raise CannotRunError("the board broke its reply off") from None
        finally:
            connection.close()

    def device(self) -> Any:
        """Return the document of GET /api/device."""
        try:
            return json.loads(self.get("/api/device"))
        except ValueError:
            raise CannotRunError("the answer is not that of this firmware") from None

    def wait(self) -> Any:
        """Return the document of GET /api/device as soon as the board answers."""
        end = time.monotonic() + _READY_S
        while True:
            try:
                return self.device()
            except CannotRunError:
                if time.monotonic() > end:
                    raise
                time.sleep(0.5)


def idle(network: Network) -> dict[str, float]:
    """Return both kinds of memory of the running firmware, some seconds after it answers."""
    network.wait()
    time.sleep(3)
    return _memory(network.device())


def page(network: Network) -> dict[str, float]:
    """Load the page once. Return its time, and the lowest system memory since the start."""
    began = time.monotonic()
    size = len(network.get("/"))
    took_ms = (time.monotonic() - began) * 1000
    return {"ms": int(took_ms), "bytes": size, **_memory(network.device())}


def streams(network: Network) -> dict[str, float]:
    """Return both kinds of memory while three live streams are open."""
    opened = []
    try:
        for _ in range(_STREAMS):
            opened.append(network.open("/api/live"))  # noqa: PERF401  # those that are open must be closed
        time.sleep(_STREAMS_S)
        return _memory(network.device())
    finally:
        for connection, reply in opened:
            reply.close()
            connection.close()


def meter(network: Network) -> dict[str, float]:
    """Return what arrives from the meter within a minute."""
    before = network.wait()
    time.sleep(_METER_S)
    after = network.device()
    figures = {
        name: after["p1"][name] - before["p1"][name] for name in ("telegrams", "crc_errors", "overruns")
    }
    return {**figures, "brownout": after["reset_cause"] == "brownout", **_memory(after)}


def _memory(device: Any) -> dict[str, float]:
    memory = device.get("system_memory") or {}
    figures = {f"system_{name}": memory.get(f"{name}_bytes") for name in ("free", "largest", "lowest")}
    figures |= {f"python_{name}": device["heap"].get(f"{name}_bytes") for name in ("used", "free")}
    figures["areas"] = device["heap"].get("areas")
    figures["rssi_dbm"] = (device.get("wifi") or {}).get("rssi_dbm")
    return {name: value for name, value in figures.items() if value is not None}


MEASUREMENTS: dict[str, Callable[[Network], dict[str, float]]] = {
    "idle": idle,
    "page": page,
    "streams": streams,
}
