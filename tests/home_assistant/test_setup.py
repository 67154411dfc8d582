"""Setting an entry up: who answers, and what becomes of it."""

from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant

from .conftest import SetUp, until, value
from .device import P1Monitor


async def test_a_device_is_set_up_and_streams(hass: HomeAssistant, monitor: P1Monitor, set_up: SetUp) -> None:
    entry = await set_up(monitor)
    assert entry.state is ConfigEntryState.LOADED
    assert value(hass, "power") == "3180"

    monitor.push(reading={"power_import_w": 500})
    await until(lambda: value(hass, "power") == "500")
