"""The line and the board of these tests are real sockets and processes on this computer."""

import pytest


@pytest.fixture(autouse=True)
def _sockets_are_allowed(socket_enabled: None) -> None:
    """Home Assistant's test plugin forbids sockets to every test; these ones are about them."""
