"""P1 port of a simulated meter. It sends a telegram at the start of each second, at 115200 baud.

Source: DSMR P1 5.0.2, sections 5 and 6. The meter sends only while the board raises the request line. If the board
releases the line, the meter stops in mid-telegram. `speed` multiplies both the pace of the clock and the baud rate.
Unlike a real meter, this port waits for a slow reader. Therefore a byte can be lost only by the reader.
"""

import os
import select
import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import Self

from simulator.faults import Faults
from simulator.telegram_source import TelegramSource
from simulator.transport import PtyTransport, Transport

BYTES_PER_S = 115_200 / 10
"""8N1 takes ten bits for each byte."""
_CHUNK_S = 0.002
_MAX_LAG_S = 0.25
"""Largest delay behind this computer's clock that is caught up."""

type Sent = Callable[[bytes, float, str], None]


class P1Port:
    """P1 port that sends the telegrams of a source, in a separate thread.

    The board connects to `address`. The meter's time begins when the board first raises the request line, or at once if
    `wait` is False. `every_s` is the interval between telegrams, in seconds of the meter's time. A value above 1 makes
    a simulation of months possible. `on_sent(telegram, at, stamp)` is called for each telegram that was sent whole.
    `at` is the time.monotonic() at which the telegram's last byte was sent. `sent` and `damaged` count telegrams.
    """

    def __init__(
        self,
        source: TelegramSource,
        *,
        speed: float = 1.0,
        transport: Transport | None = None,
        faults: Faults | None = None,
        on_sent: Sent | None = None,
        wait: bool = True,
        every_s: int = 1,
    ) -> None:
        if speed <= 0 or every_s < 1:
            raise ValueError("speed must be above 0 and every_s at least 1")
        self.source, self.speed, self.on_sent = source, speed, on_sent
        self.faults = faults or Faults()
        self.sent = self.damaged = 0
        self.requested = False
        self.error: BaseException | None = None
        self._transport = transport or PtyTransport()
        self.address = self._transport.address
        self._wait_for_request, self._every_s = wait, every_s
        self._lock = threading.Lock()
        self._silent_s = self._power_cut_s = self._jump_s = 0
        self._unplugged = self._discard = self._stopped = False
        self._wake_read, self._wake_write = os.pipe()
        self._thread = threading.Thread(target=self._run, name="P1 line", daemon=True)

    def start(self) -> Self:
        """Start the thread, and return this port."""
        self._thread.start()
        return self

    def stop(self) -> None:
        """Stop sending and close the transport. A second call does nothing."""
        if self._stopped:
            return
        self._stopped = True
        self._wake()
        if self._thread.is_alive():
            self._thread.join()
        self._transport.close()
        os.close(self._wake_read)
        os.close(self._wake_write)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        self.stop()

    def silence(self, seconds: int) -> None:
        """Send nothing for `seconds` of the meter's time. The meter continues to count."""
        with self._lock:
            self._silent_s = seconds

    def power_cut(self, seconds: int) -> None:
        """Cut the meter's power for `seconds` of its time, also in mid-telegram. The meter then counts nothing."""
        with self._lock:
            self._power_cut_s = seconds
        self._wake()

    def jump_clock(self, seconds: int) -> None:
        """Move the meter's clock by `seconds` before the next telegram."""
        with self._lock:
            self._jump_s += seconds

    def unplug(self) -> None:
        """Act as if the plug was pulled or the board lost its power. The request line falls. Unread bytes are lost."""
        self._unplugged = self._discard = True
        self.requested = False
        self._wake()

    def plug(self) -> None:
        """Put the plug in again. The meter sends nothing until the board raises the request line again."""
        # Wait until the unread bytes are discarded. Otherwise the board's new request could be discarded with them.
        while self._discard and self._thread.is_alive():
            time.sleep(0.001)
        self._unplugged = False
        self._wake()

    def _wake(self) -> None:
        os.write(self._wake_write, b"!")

    def _run(self) -> None:
        try:
            while self._wait_for_request and not (self.requested or self._stopped):
                self._await_event(None)
            self._send_every_second()
        except Exception as error:
            # Store the exception, because callers do not see an exception that is raised in this thread.
            self.error = error
            raise

    def _send_every_second(self) -> None:
        """Simulate the meter second by second, until the port is stopped."""
        period = self._every_s / self.speed
        begin = time.monotonic()
        while True:
            while (left := begin - time.monotonic()) > 0 and not self._stopped:
                self._await_event(left)
            self._await_event(0)
            if self._stopped:
                return
            self._simulate_second()
            begin += period
            # If this computer or the reader caused a delay, catch up at most 0.25 s of the delay. By the rest of the
            # delay, the meter's clock falls behind.
            begin = max(begin, time.monotonic() - _MAX_LAG_S)

    def _simulate_second(self) -> None:
        with self._lock:
            jump, self._jump_s = self._jump_s, 0
            silenced, unpowered = self._silent_s > 0, self._power_cut_s > 0
            self._silent_s = max(0, self._silent_s - self._every_s)
            self._power_cut_s = max(0, self._power_cut_s - self._every_s)
        if jump:
            self.source.set_clock(jump)
        if self._may_send() and not silenced and not unpowered:
            self._transmit()
        self.source.advance(self._every_s, powered=not unpowered)

    def _transmit(self) -> None:
        telegram, stamp = self.source.telegram(), self.source.stamp
        transmission = self.faults.apply(telegram)
        with self._lock:
            self._silent_s = max(self._silent_s, transmission.silent_s)
            self._jump_s += transmission.jump_s
        complete = self._send(transmission.data)
        at = time.monotonic()
        if transmission.power_cut_s:
            with self._lock:
                self._power_cut_s = max(self._power_cut_s, transmission.power_cut_s)
        if complete and transmission.whole:
            self.sent += 1
            if self.on_sent:
                self.on_sent(telegram, at, stamp)
        elif not transmission.silent_s and (not transmission.whole or self._power_cut_s):
            self.damaged += 1  # a telegram that the board itself stopped does not count as damaged
        if complete:
            self._send(transmission.tail)

    def _may_send(self) -> bool:
        return self.requested and not self._unplugged and not self._stopped

    def _send(self, data: bytes) -> bool:
        """Write `data` at the baud rate of the line. Return False if the transmission was stopped before its end."""
        rate = BYTES_PER_S * self.speed
        chunk = max(16, int(rate * _CHUNK_S))
        begin, done = time.monotonic(), 0
        while done < len(data):
            due = min(len(data), int((time.monotonic() - begin) * rate))
            if due - done >= min(chunk, len(data) - done):
                taken = self._transport.write(data[done:due])
                if taken < due - done:
                    self._await_event(None, room=True)
                    begin = time.monotonic() - (done + taken) / rate
                done += taken
            else:
                self._await_event(begin + min(done + chunk, len(data)) / rate - time.monotonic())
            if done < len(data) and (not self._may_send() or self._power_cut_s > 0):
                return False
        return True

    def _await_event(self, seconds: float | None, *, room: bool = False) -> None:
        """Wait at most `seconds` for a change of the request line, or for a call from another thread.

        If `seconds` is None, wait without a limit. If `room` is True, the wait also ends when the transport can accept
        more bytes.
        """
        inputs = [*self._transport.inputs(), self._wake_read]
        ready, _, _ = select.select(
            inputs,
            self._transport.outputs() if room else [],
            [],
            None if seconds is None else max(0.0, seconds),
        )
        if self._wake_read in ready:
            os.read(self._wake_read, 256)
            ready.remove(self._wake_read)
        if self._discard:
            self._discard = False
            self._transport.discard()
        elif ready:
            self._follow_request_line(self._transport.read())

    def _follow_request_line(self, data: bytes | None) -> None:
        if data is None:
            self.requested = False
        elif not self._unplugged:
            for byte in data:
                if byte in b"01":
                    self.requested = byte == ord("1")
