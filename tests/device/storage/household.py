"""What befalls a household, hour by hour, and who asks its device meanwhile."""

import http.client
import json
import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from itertools import cycle
from pathlib import Path

from simulator import clock
from simulator.clock import DAY_S
from tests.device.board.hardware import Hardware

_HOUR_S = 3600
_AWAY_DAYS = 3
"""Longer than the board's flash keeps quarters."""
_FOUND_S = 900
"""A card that is back is found within a minute of the board's clock, which is slower here than the meter's."""
_ASKED = (
    "/api/device",
    "/api/days/{day}",
    "/current/quarter",
    "/api/months/{month}",
    "/api/peaks",
    "/api/history?from={day}&to={next_day}",
    "/api/quarter",
    "/api/years/{year}",
    "/historic/quarters?year={year}&month={month_of_year}&day={day_of_month}",
    "/api/reading",
    "/crashlog.txt",
)
_WATCHED_S, _NOBODY_WATCHES_S = 0.5, 1.5
"""Of this computer's time. Whoever watches doubles what a telegram costs, so 400 days have no time for more."""
type Event = tuple[int, Callable[[], object]]


class Household:
    """Things that go wrong around a board; `card` is where its card lies while it is out, `moment` the meter's clock.

    `ahead_s` is how far the meter's clock was set ahead.
    """

    def __init__(self, hardware: Hardware, card: Path, moment: Callable[[], int]) -> None:
        self.hardware, self.card, self._moment = hardware, card, moment
        self._slot = hardware.world / "card.img"
        self._read_only = hardware.world / "read-only"
        self.ahead_s = 0
        self._long_away: list[tuple[int, int]] = []
        self._away_since = 0

    def events(self, begin: int, days: int, day_s: int = DAY_S) -> Iterator[Event]:
        """What happens when, from a moment on, on a clock that nobody sets; a day's events begin `day_s` later."""
        home = 0  # the day from which the card is in its place again
        for day in range(days):
            at = begin + day * day_s
            yield at + 2 * _HOUR_S, self.lose_network
            yield at + 3 * _HOUR_S, self.find_network
            if day % 10 == 3 and day + _AWAY_DAYS < days:
                home = day + _AWAY_DAYS
                yield at + 5 * _HOUR_S, self.take_card_away
            elif day == home and day:
                yield at + 5 * _HOUR_S, self.bring_card_back
            elif day > home or not home:
                yield from self._of_card(at + 5 * _HOUR_S, day % 2 == 0)
            ahead_s = 1200 if day % 2 else -1800
            yield at + 9 * _HOUR_S + 500, partial(self.set_clock, ahead_s)
            yield at + 11 * _HOUR_S + 700, partial(self.set_clock, -ahead_s)
        yield begin + days * day_s, lambda: None

    def _of_card(self, at: int, pulled: bool) -> Iterator[Event]:
        yield at, self.pull_card if pulled else self._read_only.touch
        yield at + 3 * _HOUR_S, self.put_card if pulled else self._read_only.unlink

    def flash_was_full(self, start: int) -> bool:
        """Whether a quarter that began then is one that the flash may not have had room for."""
        return any(begin + 2 * DAY_S <= start < end for begin, end in self._long_away)

    def lose_network(self) -> None:
        self.hardware.reach()

    def find_network(self) -> None:
        self.hardware.reach(home="hunter22")

    def pull_card(self) -> None:
        self._slot.rename(self.card)

    def put_card(self) -> None:
        self.card.rename(self._slot)

    def take_card_away(self) -> None:
        """For longer than the flash keeps quarters."""
        self._away_since = self._moment()
        self.pull_card()

    def bring_card_back(self) -> None:
        self.put_card()
        self._long_away.append((self._away_since, self._moment() + _FOUND_S))

    def set_clock(self, seconds: int) -> None:
        assert self.hardware.line
        self.hardware.line.jump_clock(seconds)
        self.ahead_s += seconds


class Clients:
    """One that watches, and one that asks for everything in turn; both come again and again.

    `replies` counts by status, `cut` those that ended early, `events` the bytes of the watched stream.
    """

    def __init__(self, port: int, moment: Callable[[], int]) -> None:
        self.replies: dict[int, int] = {}
        self.cut = self.events = 0
        self._port, self._moment = port, moment
        self._end = threading.Event()
        self._threads = [threading.Thread(target=run, daemon=True) for run in (self._watch, self._ask)]

    def __enter__(self) -> Clients:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._end.set()
        for thread in self._threads:
            thread.join()

    def _reply(self, path: str) -> http.client.HTTPResponse:
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=5)
        connection.request("GET", path)
        return connection.getresponse()  # which holds the connection, and closes it

    def _watch(self) -> None:
        while not self._end.wait(_NOBODY_WATCHES_S):
            try:
                with self._reply("/api/live") as reply:
                    leaves = time.monotonic() + _WATCHED_S
                    while time.monotonic() < leaves and (piece := reply.read1(4096)):
                        self.events += len(piece)
            except OSError, http.client.HTTPException:
                self.cut += 1

    def _ask(self) -> None:
        for path in cycle(_ASKED):
            if self._end.wait(0.1):
                return
            try:
                with self._reply(self._of_today(path)) as reply:
                    body = reply.read()
                if reply.getheader("Content-Type") == "application/json":
                    json.loads(body)
                self.replies[reply.status] = self.replies.get(reply.status, 0) + 1
            except OSError, ValueError, http.client.HTTPException:
                self.cut += 1

    def _of_today(self, path: str) -> str:
        today = clock.local(self._moment())
        tomorrow = today + timedelta(days=1)
        return path.format(
            day=f"{today:%Y-%m-%d}",
            next_day=f"{tomorrow:%Y-%m-%d}",
            month=f"{today:%Y-%m}",
            year=today.year,
            month_of_year=today.month,
            day_of_month=today.day,
        )


def live_through(events: Iterator[Event], passed: Callable[[], int], check: Callable[[], None]) -> None:
    """Let each event happen in its time; `passed` is the moment on a clock that nobody sets."""
    for at, happen in events:
        while passed() < at:
            check()
            time.sleep(0.005)
        happen()
