"""Registration of the dashboard card's JavaScript module, which every page of Home Assistant loads.

A release contains the module. In a clone of the sources, scripts/build writes the module to the folder frontend/.
"""

from pathlib import Path

from homeassistant.components.frontend import add_extra_js_url
from homeassistant.components.http.server import StaticPathConfig
from homeassistant.core import HomeAssistant
from homeassistant.loader import async_get_integration

from .const import DOMAIN

MODULE = Path(__file__).parent / "frontend" / "p1-quarter-card.js"
URL = f"/{DOMAIN}/{MODULE.name}"


async def async_setup_dashboard_card(hass: HomeAssistant) -> None:
    """Serve the dashboard card's JavaScript module and register it with the frontend.

    The URL contains the integration's version, so that browsers do not use an older module from their cache.
    """
    if not await hass.async_add_executor_job(MODULE.is_file):
        return
    version = (await async_get_integration(hass, DOMAIN)).version
    await hass.http.async_register_static_paths([StaticPathConfig(URL, str(MODULE), cache_headers=True)])
    add_extra_js_url(hass, f"{URL}?v={version}")
