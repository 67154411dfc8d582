"""The dashboard card: one module that every page of Home Assistant loads, once.

A release has it, and a clone of the sources once scripts/build has made it.
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
    """Serve the module and have it loaded; its version in the URL makes browsers forget an earlier one."""
    if not await hass.async_add_executor_job(MODULE.is_file):
        return
    version = (await async_get_integration(hass, DOMAIN)).version
    await hass.http.async_register_static_paths([StaticPathConfig(URL, str(MODULE), cache_headers=True)])
    add_extra_js_url(hass, f"{URL}?v={version}")
