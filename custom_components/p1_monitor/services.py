"""Actions that return the stored history of a device, or import the history into the statistics."""

from datetime import datetime
from typing import Final

import probatio
from homeassistant.const import ATTR_CONFIG_ENTRY_ID
from homeassistant.core import HomeAssistant, ServiceCall, ServiceResponse, SupportsResponse, callback
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.service import async_get_config_entry, async_register_admin_service
from homeassistant.util import dt as dt_util

from .const import DOMAIN
from .coordinator import P1MonitorCoordinator
from .history_import import import_history
from .history_query import month_peaks, quarters

GET_MONTH_PEAKS: Final = "get_month_peaks"
GET_QUARTERS: Final = "get_quarters"
IMPORT_HISTORY: Final = "import_history"
ATTR_START: Final = "start"
ATTR_END: Final = "end"

GET_QUARTERS_SCHEMA = probatio.Schema(
    {
        probatio.Required(ATTR_CONFIG_ENTRY_ID): cv.string,
        probatio.Required(ATTR_START): cv.datetime,
        probatio.Required(ATTR_END): cv.datetime,
    }
)
GET_MONTH_PEAKS_SCHEMA = probatio.Schema(
    {
        probatio.Required(ATTR_CONFIG_ENTRY_ID): cv.string,
        probatio.Optional(ATTR_START): cv.date,
        probatio.Optional(ATTR_END): cv.date,
    }
)
IMPORT_HISTORY_SCHEMA = probatio.Schema(
    {
        probatio.Required(ATTR_CONFIG_ENTRY_ID): cv.string,
        probatio.Required(ATTR_START): cv.date,
    }
)


@callback
def async_setup_services(hass: HomeAssistant) -> None:
    """Register the actions, which exist even if no device is set up."""
    hass.services.async_register(
        DOMAIN, GET_QUARTERS, _get_quarters, GET_QUARTERS_SCHEMA, SupportsResponse.ONLY
    )
    hass.services.async_register(
        DOMAIN, GET_MONTH_PEAKS, _get_month_peaks, GET_MONTH_PEAKS_SCHEMA, SupportsResponse.ONLY
    )
    # Only administrators may import history, because the import changes the statistics that all users see.
    async_register_admin_service(
        hass, DOMAIN, IMPORT_HISTORY, _import_history, IMPORT_HISTORY_SCHEMA, SupportsResponse.OPTIONAL
    )


async def _get_quarters(call: ServiceCall) -> ServiceResponse:
    start, end = (_with_offset(call.data[name]) for name in (ATTR_START, ATTR_END))
    return {"quarters": await quarters(_coordinator(call), start, end)}


async def _get_month_peaks(call: ServiceCall) -> ServiceResponse:
    coordinator = _coordinator(call)
    months = await month_peaks(coordinator, call.data.get(ATTR_START), call.data.get(ATTR_END))
    return {"months": months, "billable_average_w": coordinator.data.peaks.billable_average_w}


async def _import_history(call: ServiceCall) -> ServiceResponse:
    return {"hours": dict(await import_history(call.hass, _coordinator(call), call.data[ATTR_START]))}


def _coordinator(call: ServiceCall) -> P1MonitorCoordinator:
    """Return the coordinator of the config entry that the call names.

    Raise ServiceValidationError if the entry does not exist or is not loaded.
    """
    coordinator: P1MonitorCoordinator = async_get_config_entry(
        call.hass, DOMAIN, call.data[ATTR_CONFIG_ENTRY_ID]
    ).runtime_data
    return coordinator


def _with_offset(moment: datetime) -> datetime:
    """Return the time with a UTC offset. A time without a UTC offset is in Home Assistant's own time zone."""
    return moment if moment.tzinfo else moment.replace(tzinfo=dt_util.get_default_time_zone())
