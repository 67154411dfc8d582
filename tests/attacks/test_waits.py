"""A guesser of the password neither guesses fast nor locks out the owner."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event, Thread

from tests.device.auth.conftest import (  # noqa: F401  # fixtures
    PASSWORD,
    Device,
    _sockets_are_allowed,
    make_device,
)

GUESSER, NEW_PHONE = "127.0.0.2", "127.0.0.3"
type Make = Callable[..., Device]


def sign_in(device: Device, source: str, password: str = PASSWORD) -> int:
    reply = device.ask("POST", "/api/session", {"password": password}, token="", source=source)
    if reply.status == 429:
        assert reply.text.endswith(" s, or press BOOT")
    return reply.status


@contextmanager
def guessing(device: Device, *sources: str) -> Iterator[list[int]]:
    """A guesser at these addresses, which comes back whenever a wait may be over. The list has the replies' status."""
    found: list[int] = []
    leaves = Event()

    def guess() -> None:
        while not leaves.wait(0.05):
            found.extend(sign_in(device, source, "a guess") for source in sources)

    guesser = Thread(target=guess, daemon=True)
    guesser.start()
    try:
        yield found
    finally:
        leaves.set()
        guesser.join()


def test_guesser_at_another_address_locks_nobody_out(make_device: Make) -> None:  # noqa: F811
    device = make_device(speed=2)
    device.sign_in()
    with guessing(device, GUESSER) as guesses:
        device.until(lambda: 401 in guesses)
        for _ in range(5):
            assert sign_in(device, "127.0.0.1") == 200  # it has signed in before, and does not wait
            device.wait(0.5)
        # An address that is new waits for its turn of one look in two seconds.
        device.until(lambda: sign_in(device, NEW_PHONE) == 200, 5)
    assert set(guesses) == {401, 429}


def test_guesses_of_many_addresses_are_looked_at_one_in_two_seconds(make_device: Make) -> None:  # noqa: F811
    device = make_device(speed=4)
    device.sign_in()
    began = device.ask("GET", "/api/device").json["uptime_s"]
    with guessing(device, *(f"127.0.0.{number}" for number in range(2, 14))) as guesses:
        device.until(lambda: guesses.count(401) >= 4)
        assert sign_in(device, "127.0.0.1") == 200
    passed_s = device.ask("GET", "/api/device").json["uptime_s"] - began
    assert guesses.count(401) <= 1 + passed_s / 2
    assert 429 in guesses
