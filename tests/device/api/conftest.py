"""The firmware runs in a process of its own; these tests talk to it over real sockets."""

from collections.abc import Iterator

import pytest
import pytest_socket


@pytest.fixture(scope="module")
def sockets() -> Iterator[None]:
    """Sockets for what lives as long as a module: Home Assistant's test plugin forbids them before each test."""
    pytest_socket.enable_socket()
    yield
    pytest_socket.enable_socket()


@pytest.fixture(autouse=True)
def _sockets_are_allowed(socket_enabled: None) -> None:
    """The same for each test."""
