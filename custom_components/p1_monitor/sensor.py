"""Set-up of all sensors: one sensor for each row of the sensor tables, and the sensors of each meter on the M-Bus."""

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .const import DOMAIN
from .coordinator import P1MonitorConfigEntry, P1MonitorCoordinator
from .entity import async_add_when_present
from .sensor_board import BOARD_SENSORS
from .sensor_cost import COST_SENSORS
from .sensor_demand import DEMAND_SENSORS
from .sensor_entity import P1MonitorSensor
from .sensor_mbus import mbus_sensors, meters_by_key
from .sensor_meter import METER_SENSORS

# 0: any number of entities may update at the same time, because an update of an entity sends no request. The
# coordinator fetches the data for all entities.
PARALLEL_UPDATES = 0

# Maximum number of M-Bus meters that a config entry may have in the device registry: on each of four channels, one
# meter and the three meters that it replaced. Without a limit, a device that invents serial numbers would fill the
# registry.
MOST_METERS = 16


async def async_setup_entry(
    hass: HomeAssistant,
    entry: P1MonitorConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add each sensor as soon as the device has data for the sensor."""
    coordinator = entry.runtime_data
    async_add_when_present(
        coordinator,
        METER_SENSORS + DEMAND_SENSORS + COST_SENSORS + BOARD_SENSORS,
        async_add_entities,
        P1MonitorSensor,
    )
    added: set[str] = set()

    @callback
    def add_meters() -> None:
        """Add the sensors of each M-Bus meter that appears in the reading for the first time."""
        fresh = meters_by_key(coordinator.data).keys() - added
        if not fresh:
            return
        registered = _registered_meters(hass, coordinator) | added
        for key in sorted(fresh):
            if key in registered or len(registered) < MOST_METERS:
                registered.add(key)
                added.add(key)
                async_add_entities(mbus_sensors(coordinator, key))

    add_meters()
    entry.async_on_unload(coordinator.async_add_listener(add_meters))


def _registered_meters(hass: HomeAssistant, coordinator: P1MonitorCoordinator) -> set[str]:
    """Return the keys of the M-Bus meters that have a device in the registry."""
    entry_id, prefix = coordinator.config_entry.entry_id, f"{coordinator.device_id}_"
    return {
        identifier[1].removeprefix(prefix)
        for device in dr.async_entries_for_config_entry(dr.async_get(hass), entry_id)
        for identifier in device.identifiers
        if identifier[0] == DOMAIN and identifier[1].startswith(prefix)
    }
