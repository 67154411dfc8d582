"""Simulated monitor with the original firmware, to test clients that support the original firmware.

The monitor reads a simulated meter. It serves only /current/quarter, /current/month/peak and /description.xml.
"""

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self

from simulator.clock import QUARTER_S, quarter_id, quarter_start
from simulator.telegram_source import MeterSource

SAMPLE_S = 5
_DESCRIPTION = """\
<?xml version="1.0"?>
<root xmlns="urn:schemas-upnp-org:device-1-0">
<specVersion><major>1</major><minor>0</minor></specVersion>
<device><deviceType>upnp:rootdevice</deviceType><friendlyName>digimon</friendlyName>
<presentationURL>/</presentationURL><serialNumber>{serial}</serialNumber><modelName>Digitale Meter Monitor</modelName>
<UDN>uuid:38323636-4558-4dda-9188-{serial}</UDN></device>
</root>
"""


class OriginalDevice:
    """HTTP interface of the original firmware, at 127.0.0.1. If `port` is 0, a free port is used. `url` has the port.

    Between `start` and `stop` the meter runs at `speed` times real time. At other times, and with `speed` 0, only
    `advance` moves the meter's clock. `serial` is a MAC address in 12 hex digits.
    """

    def __init__(
        self, source: MeterSource, *, port: int = 0, serial: str = "0200c3000002", speed: float = 1
    ) -> None:
        self.source, self.serial, self.speed = source, serial, speed
        self._lock = threading.Lock()
        self._stopped = threading.Event()
        self._quarter = quarter_start(source.meter.moment)
        self._consumed_w: list[int | None] = []
        self._produced_w: list[int | None] = []
        self._sample_w: list[int] = []
        self._has_telegram = False
        device = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                device.answer(self)

            def log_message(self, format: str, *args: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self._server.daemon_threads = True
        self.port = self._server.server_port
        self.url = f"http://127.0.0.1:{self.port}/"
        self._threads = [
            threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        ]
        if speed:
            self._threads.append(threading.Thread(target=self._run, daemon=True))

    def start(self) -> Self:
        """Start the server and the meter."""
        for thread in self._threads:
            thread.start()
        return self

    def stop(self) -> None:
        """Stop the meter and close the port."""
        self._stopped.set()
        self._server.shutdown()
        for thread in self._threads:
            thread.join()
        self._server.server_close()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        self.stop()

    def advance(self, seconds: int = 1) -> None:
        """Advance the meter by `seconds`. The device reads a telegram in each second."""
        for _ in range(seconds):
            with self._lock:
                self._read_telegram()

    def _run(self) -> None:
        begin = time.monotonic()
        done = 0
        while not self._stopped.wait(max(0.0, begin + (done + 1) / self.speed - time.monotonic())):
            self.advance()
            done += 1

    def _read_telegram(self) -> None:
        meter = self.source.meter
        # The power of a second is known at the second's end. But the second belongs to the sample in which the second
        # began: the second from 4 to 5 belongs to the sample from 0 to 5. Therefore read the clock before the meter
        # advances.
        second = meter.moment
        self.source.advance(1)
        self._has_telegram = True
        if quarter_start(second) != self._quarter:
            self._quarter = quarter_start(second)
            self._consumed_w, self._produced_w = [], []
        sample = (second - self._quarter) // SAMPLE_S
        while len(self._consumed_w) <= sample:  # samples without a telegram stay None
            self._consumed_w.append(None)
            self._produced_w.append(None)
            self._sample_w = []
        self._sample_w.append(sum(meter.phase_w))
        imported = sum(max(watts, 0) for watts in self._sample_w)
        exported = sum(max(-watts, 0) for watts in self._sample_w)
        self._consumed_w[sample] = imported // len(self._sample_w)
        self._produced_w[sample] = -(exported // len(self._sample_w))

    def current_quarter(self) -> dict[str, object]:
        """Return the reply to /current/quarter: the mean import and export of the 5 s samples (W).

        Export is 0 or negative.
        """
        with self._lock:
            if not self._has_telegram:
                return {}
            known = [watts for watts in self._consumed_w if watts is not None]
            return {
                "quarter_id": quarter_id(self._quarter),
                "consumed_power_avg": sum(known) // len(known) if known else 0,
                "interval_secs": SAMPLE_S,
                "consumed_power_interval_avgs": list(self._consumed_w),
                "produced_power_interval_avgs": list(self._produced_w),
            }

    def current_month_peak(self) -> dict[str, object]:
        """Return the reply to /current/month/peak: memory figures, and the peak with its power and its quarter id."""
        answer: dict[str, object] = {
            "memory": {
                "size_heap": 323_900,
                "free_heap": 214_036,
                "free_sketch": 327_680,
                "size_sketch": 983_040,
                "size_psram": 0,
                "free_psram": 0,
            }
        }
        with self._lock:
            peak = self.source.meter.peak
            if self._has_telegram and peak.end is not None:
                answer["peak"] = {"quarter_id": quarter_id(peak.end - QUARTER_S), "power": peak.power_w}
        return answer

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        """Reply to one request."""
        status, kind = 200, "application/json"
        match request.path.partition("?")[0]:
            case "/current/quarter":
                body = json.dumps(self.current_quarter(), separators=(",", ":"))
            case "/current/month/peak":
                body = json.dumps(self.current_month_peak(), separators=(",", ":"))
            case "/description.xml":
                body, kind = _DESCRIPTION.format(serial=self.serial), "text/xml"
            case _:
                status, body, kind = 404, "Item not found", "text/plain"
        data = body.encode()
        request.send_response(status)
        request.send_header("Content-Type", kind)
        request.send_header("Content-Length", str(len(data)))
        if status == 200:
            request.send_header("Access-Control-Allow-Origin", "*")
        request.end_headers()
        request.wfile.write(data)
