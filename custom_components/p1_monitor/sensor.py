"""Set-up of all sensors: one for each row of the sensor tables, and those of each meter on the M-Bus."""

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .coordinator import P1MonitorConfigEntry
from .entity import async_add_when_present
from .sensor_board import BOARD_SENSORS
from .sensor_cost import COST_SENSORS
from .sensor_demand import DEMAND_SENSORS
from .sensor_entity import P1MonitorSensor
from .sensor_mbus import mbus_sensors, meters_by_key
from .sensor_meter import METER_SENSORS

# 0: any number of entities may update at the same time, because they send no requests. The coordinator fetches the
# data for all of them.
PARALLEL_UPDATES = 0


async def async_setup_entry(
    hass: HomeAssistant,
    entry: P1MonitorConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add each sensor as soon as the device has data for it."""
    coordinator = entry.runtime_data
    async_add_when_present(
        coordinator,
        METER_SENSORS + DEMAND_SENSORS + COST_SENSORS + BOARD_SENSORS,
        async_add_entities,
        P1MonitorSensor,
    )
    known: set[str] = set()

    @callback
    def add_meters() -> None:
        """Add the sensors of each M-Bus meter that appears in the reading for the first time."""
        fresh = meters_by_key(coordinator.data).keys() - known
        if fresh:
            known.update(fresh)
            async_add_entities(sensor for key in sorted(fresh) for sensor in mbus_sensors(coordinator, key))

    add_meters()
    entry.async_on_unload(coordinator.async_add_listener(add_meters))
