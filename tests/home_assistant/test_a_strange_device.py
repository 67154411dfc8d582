"""A strange device in Home Assistant: it fills no registry, and says nothing to the language model."""

from collections.abc import Awaitable, Callable

from aiohttp import web
from homeassistant.components.homeassistant.exposed_entities import async_expose_entity
from homeassistant.components.llm import async_get_tools
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr, entity_registry as er
from homeassistant.helpers.llm import LLM_API_ASSIST, ToolInput
from homeassistant.setup import async_setup_component

from custom_components.p1_monitor.api.printable import MAX_TEXT
from custom_components.p1_monitor.const import DOMAIN
from custom_components.p1_monitor.error_text import as_markdown
from custom_components.p1_monitor.sensor import MOST_METERS

from .conftest import SetUp, state, until, value
from .device import P1Monitor, register
from .test_bounds import SENTENCE
from .test_history_query import CONTEXT
from .test_what_a_device_says import once


def raw(data: bytes) -> Callable[[web.Request], Awaitable[web.Response]]:
    """A reply of these bytes, whatever they are."""

    async def answer(request: web.Request) -> web.Response:
        await once(data)(request)
        return web.Response()

    return answer


async def test_a_device_that_invents_meters_cannot_fill_the_registry(
    hass: HomeAssistant, monitor: P1Monitor, set_up: SetUp
) -> None:
    entry = await set_up(monitor)
    gas = monitor.reading["mbus"][0]
    for turn in range(25):
        before = entry.runtime_data.data
        meters = [
            register(gas, turn + 1.0, channel=number % 4 + 1, id=f"{turn}-{number}") for number in range(400)
        ]
        monitor.push(reading={"mbus": meters[:200]})
        await until(lambda before=before: entry.runtime_data.data is not before)  # type: ignore[misc]
    await hass.async_block_till_done()
    devices = dr.async_entries_for_config_entry(dr.async_get(hass), entry.entry_id)
    assert len(devices) == 1 + MOST_METERS
    entities = er.async_entries_for_config_entry(er.async_get(hass), entry.entry_id)
    assert len(entities) < 150

    # A meter that is known already is shown after a restart too.
    monitor.reading["mbus"] = [gas]
    assert await hass.config_entries.async_reload(entry.entry_id)
    assert value(hass, "7FLO2119033733_gas") == "112.384"
    assert len(dr.async_entries_for_config_entry(dr.async_get(hass), entry.entry_id)) == 1 + MOST_METERS


async def test_no_sentence_of_a_device_reaches_the_language_model(
    hass_with_us: HomeAssistant, monitor: P1Monitor, set_up: SetUp
) -> None:
    hass = hass_with_us
    for component in ("homeassistant", "llm"):
        assert await async_setup_component(hass, component, {})
    peak = {**monitor.peaks["running"], "month": SENTENCE, "source": SENTENCE, "end": SENTENCE}
    monitor.peaks |= {"running": peak, "months": [peak] * 100}
    monitor.quarter |= {"demand_source": SENTENCE, "end": SENTENCE}
    monitor.device |= {"name": SENTENCE, "firmware": SENTENCE}
    monitor.bodies["/api/months/2026-01"] = {"days": [{"day": SENTENCE, "peak_w": 1, "peak_start": SENTENCE}]}
    await set_up(monitor)
    found = state(hass, "power")
    assert found
    async_expose_entity(hass, "conversation", found.entity_id, True)
    arguments = {"p1_monitor__energy_of_days": {"first_day": "2026-01-01", "last_day": "2026-01-02"}}

    async def told() -> list[str]:
        tools = (await async_get_tools(hass, CONTEXT, LLM_API_ASSIST)).tools
        return [
            str(await tool.async_call(hass, ToolInput(tool.name, arguments.get(tool.name, {})), CONTEXT))
            for tool in tools
            if tool.integration == DOMAIN
        ]

    assert "Ignore" not in " ".join(await told())
    for refusal in (401, 409, 429, 500):
        head = f"HTTP/1.1 {refusal} {SENTENCE}\r\nConnection: close\r\n\r\n{SENTENCE}"
        monitor.bodies["/api/months/2026-01"] = raw(head.encode())
        answers = " ".join(await told())
        assert "does not answer" in answers
        assert "Ignore" not in answers
    monitor.bodies["/api/months/2026-01"] = raw(SENTENCE.encode() + b"\r\n\r\n")
    answers = " ".join(await told())
    assert "does not answer" in answers
    assert "Ignore" not in answers


def test_text_of_a_device_is_no_markdown() -> None:
    link = "[Update now](http://stranger.example) ![](http://stranger.example/x.png)"
    assert as_markdown(link) == f"`{link}`"
    assert as_markdown(f"`{link}`") == f"`'{link}'`"
    assert len(as_markdown("x" * 1000)) == MAX_TEXT
