"""Version 0.1.0 in Home Assistant gets replaced by these sources, then on the board: all that a household has stays."""

import asyncio
import json
import re
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest

from build_tool.release import release
from simulator.board import free_port
from simulator.dashboard import DASHBOARD, ENERGY, PATH
from simulator.home_assistant import HomeAssistant
from simulator.p1_port import P1Port
from tests.device.update import first_release
from tests.device.update.two_slots import PASSWORD, Device, newest

DOMAIN = "p1_monitor"
NEW = "9.9.9"
BREAKER = "sensor.p1_meter_breaker_in_the_hall"
VOLTAGE = "sensor.p1_meter_voltage_phase_1"
UPDATE = "update.p1_meter_firmware"
LANGUAGES = ("en", "nl", "fr", "de")
RISK = {"entity_id": "binary_sensor.p1_meter_peak_at_risk"}
EVENT = {"entity_id": "event.p1_meter_peak_event"}
HEADROOM = {"entity_id": "sensor.p1_meter_headroom"}
TARIFF = {"entity_id": "sensor.p1_meter_tariff"}
NEGATIVE = {"type": "below", "value": {"number": 0, "unit_of_measurement": "kW"}}
HIGH = {"type": "above", "value": {"number": 4, "unit_of_measurement": "kW"}}
TRIGGERS: dict[str, tuple[dict[str, str], dict[str, Any]]] = {
    "headroom_crossed": (HEADROOM, {"behavior": "each", "threshold": NEGATIVE}),
    "month_closed": (EVENT, {}),
    "new_month_peak": (EVENT, {}),
    "peak_at_risk": (RISK, {"behavior": "each", "for": "00:00:05"}),
    "peak_exceeded": ({"entity_id": "binary_sensor.p1_meter_peak_will_be_exceeded"}, {"behavior": "each"}),
    "projected_demand_crossed": (
        {"entity_id": "sensor.p1_meter_projected_demand"},
        {"behavior": "each", "threshold": HIGH},
    ),
    "tariff_changed": (TARIFF, {"behavior": "each"}),
}
CONDITIONS: list[dict[str, Any]] = [
    {
        "condition": "p1_monitor.headroom_is",
        "target": HEADROOM,
        "options": {"behavior": "any", "threshold": NEGATIVE},
    },
    {"condition": "p1_monitor.peak_is_at_risk", "target": RISK, "options": {"behavior": "any"}},
    {
        "condition": "p1_monitor.tariff_is",
        "target": TARIFF,
        "options": {"behavior": "any", "tariff": "night"},
    },
]
AUTOMATIONS = [
    {
        "id": name,
        "alias": name,
        "triggers": [{"trigger": f"{DOMAIN}.{name}", "target": target, "options": options}],
        "conditions": CONDITIONS,
        "actions": [
            {
                "action": "number.set_value",
                "target": {"entity_id": "number.p1_meter_peak_target"},
                "data": {"value": 6},
            }
        ],
    }
    for name, (target, options) in TRIGGERS.items()
]
# What an entity or a device has that its user, an automation or a dashboard may go by.
OF_ENTITY = (
    "entity_id",
    "unique_id",
    "device_id",
    "original_name",
    "name",
    "icon",
    "translation_key",
    "has_entity_name",
    "entity_category",
    "disabled_by",
    "hidden_by",
    "labels",
    "options",
)
OF_DEVICE = ("id", "identifiers", "connections", "name", "name_by_user", "manufacturer", "model", "area_id")
# Entities whose state does not change by itself within minutes.
STEADY = re.compile(r"(number|select|date)\.|sensor\.\w*(breaker|version|model|_months?|_year|_time)")
OF_STATE = ("friendly_name", "unit_of_measurement", "device_class", "state_class", "options")


def put_components(archive: Path, folder: Path) -> Path:
    """Unpack the file that HACS installs."""
    with ZipFile(archive) as file:
        file.extractall(folder / DOMAIN)
    return folder


def entry(folder: Path) -> dict[str, Any]:
    """Return our config entry, and what is remembered for it, as a Home Assistant that was stopped has stored them."""
    stored = json.loads((folder / ".storage/core.config_entries").read_text())["data"]["entries"]
    (found,) = (one for one in stored if one["domain"] == DOMAIN)
    del found["modified_at"]
    memory = json.loads((folder / f".storage/{DOMAIN}.{found['entry_id']}").read_text())["data"]
    told = {
        key: memory["told"].get(key) for key in ("month", "peak_w", "peak_end")
    }  # more comes in each quarter
    return {**found, "told": told}


async def until(condition: Any, timeout_s: float = 180) -> None:
    async with asyncio.timeout(timeout_s):
        while not await condition():  # noqa: ASYNC110 (a state, of which no event tells here)
            await asyncio.sleep(0.2)


async def states(home: HomeAssistant) -> dict[str, dict[str, Any]]:
    return {state["entity_id"]: state for state in await home._call("GET", "/api/states")}


async def available(home: HomeAssistant) -> set[str]:
    return {name for name, state in (await states(home)).items() if state["state"] != "unavailable"}


async def everything_is_back(home: HomeAssistant, shown: set[str]) -> bool:
    return shown <= await available(home)


async def statistics_are_listed(home: HomeAssistant) -> bool:
    """True if each sensor that has statistics is in the recorder's list."""
    found = await household(home)
    have = {name for name, state in found["states"].items() if state["state_class"]}
    return len(have) > 5 and have <= found["statistics"].keys()


async def is_in_state(home: HomeAssistant, entity_id: str, state: str) -> bool:
    return await home.state(entity_id) == state


def missing(before: dict[str, Any], after: dict[str, Any]) -> list[Any]:
    """Return what is not as it was, as (kind, name, before, after). There may be more of each kind than before."""
    return [
        (kind, name, value, after[kind].get(name))
        for kind, things in before.items()
        for name, value in things.items()
        if after[kind].get(name) != value
    ]


async def assert_is_as(before: dict[str, Any], home: HomeAssistant) -> None:
    """Assert that the household is as before, once it is: some lists come a moment after the entities."""
    for _ in range(180):
        if not (found := missing(before, await household(home))):
            return
        await asyncio.sleep(0.5)
    assert found == []


async def household(home: HomeAssistant) -> dict[str, Any]:
    """Return all that must not change, each thing by its name."""
    entities = {
        entity["unique_id"]: {key: entity[key] for key in OF_ENTITY}
        for entity in await home.command("config/entity_registry/list")
        if entity["platform"] == DOMAIN
    }
    ours = {entity["entity_id"] for entity in entities.values()}
    devices = {
        str(device["identifiers"]): {key: device[key] for key in OF_DEVICE}
        for device in await home.command("config/device_registry/list")
        if any(domain == DOMAIN for domain, _ in device["identifiers"])
    }
    shown = {
        name: {
            "state": state["state"] if STEADY.match(name) else None,
            **{key: state["attributes"].get(key) for key in OF_STATE},
        }
        for name, state in (await states(home)).items()
        if name in ours
    }
    statistics = {
        found["statistic_id"]: found
        for found in await home.command("recorder/list_statistic_ids")
        if found["statistic_id"] in ours
    }
    names = {
        f"{language} {key}": text
        for language in LANGUAGES
        for key, text in (
            await home.command(
                "frontend/get_translations", language=language, category="entity", integration=[DOMAIN]
            )
        )["resources"].items()
        if re.fullmatch(rf"component\.{DOMAIN}\.entity\.\w+\.\w+\.name", key)
    }
    services = (await home.command("get_services"))[DOMAIN]
    return {
        "entities": entities,
        "devices": devices,
        "states": shown,
        "statistics": statistics,
        "names": names,
        "services": {name: sorted(service["fields"]) for name, service in services.items()},
        "dashboard": await home.command("lovelace/config", url_path=PATH),
        "energy": await home.command("energy/get_prefs"),
        "card": {url: '"p1-quarter-card"' in await text(home, url) for url in await modules(home)},
    }


async def text(home: HomeAssistant, url: str) -> str:
    assert home._session
    async with home._session.get(url) as reply:
        assert reply.status == 200, url
        return await reply.text()


async def modules(home: HomeAssistant) -> set[str]:
    """Return the modules of ours that each page of Home Assistant loads; what follows "?" is their version."""
    return set(re.findall(rf"/{DOMAIN}/[\w./-]+\.js", await text(home, "/")))


async def troubles(home: HomeAssistant) -> list[Any]:
    """Return what asks the user for something: flows (a new token), repairs, and automations that are not valid."""
    running = await states(home)
    flows = await home.command("config_entries/flow/progress")
    issues = (await home.command("repairs/list_issues"))["issues"]
    return [
        *(flow for flow in flows if flow["handler"] == DOMAIN),
        *(issue for issue in issues if issue["domain"] in (DOMAIN, "automation")),
        *(name for name in TRIGGERS if running.get(f"automation.{name}", {}).get("state") != "on"),
    ]


async def set_up(home: HomeAssistant, host: str) -> None:
    """Add the device with its password, as its user does."""
    flow = await home._call("POST", "/api/config/config_entries/flow", {"handler": DOMAIN})
    path = f"/api/config/config_entries/flow/{flow['flow_id']}"
    for answer in ({"host": host}, {"next_step_id": "password"}, {"password": PASSWORD}):
        step = await home._call("POST", path, answer)
    assert step["type"] == "create_entry", step


async def use(home: HomeAssistant) -> None:
    """Change what a user changes: a name, an entity that is off by default, an option, a dashboard."""
    update = "config/entity_registry/update"
    await home.command(update, entity_id="sensor.p1_meter_breaker", new_entity_id=BREAKER, name="Breaker")
    await home.command(update, entity_id=VOLTAGE, disabled_by=None)
    (ours,) = await home.command("config_entries/get", domain=DOMAIN)
    flow = await home._call("POST", "/api/config/config_entries/options/flow", {"handler": ours["entry_id"]})
    path = f"/api/config/config_entries/options/flow/{flow['flow_id']}"
    assert (await home._call("POST", path, {"every_second": True}))["type"] == "create_entry"
    await home.save_dashboard(PATH, DASHBOARD)
    await home.command("energy/save_prefs", **ENERGY)


@pytest.mark.timeout(900)
async def test_upgrade_leaves_all_that_a_household_has(socket_enabled: None, tmp_path: Path) -> None:
    ours = await asyncio.to_thread(first_release.household, tmp_path)
    old = put_components(first_release.release().archive, tmp_path / "old")
    new = put_components(release(["host"], tmp_path / "p1_monitor.zip"), tmp_path / "new")
    for path in (new / DOMAIN / "firmware").iterdir():
        path.unlink()
    package = newest(tmp_path, NEW)
    (new / DOMAIN / "firmware" / package.file_name).write_bytes(package.content())
    folder = tmp_path / "home"
    extra_yaml = f"automation: {json.dumps(AUTOMATIONS)}\n"  # JSON is YAML
    with P1Port(ours.meter()) as line, Device(ours.flash, line, None, card=ours.card).board as board:
        async with HomeAssistant(folder, port=free_port(), components=old, extra_yaml=extra_yaml) as home:
            await home.wait_ready()
            await home.sign_in()
            await set_up(home, f"{board.host}:{board.port}")
            await until(lambda: home.state("sensor.p1_meter_power"))
            await use(home)
            await until(lambda: home.state(VOLTAGE))  # it was set up again
            await until(lambda: statistics_are_listed(home))
            assert await troubles(home) == []
            before, shown = await household(home), await available(home)
        stored = entry(folder)
        assert all(stored["told"].values())
        assert all(len(before[kind]) > 5 for kind in ("entities", "states", "statistics", "names"))
        assert before["card"] == {f"/{DOMAIN}/p1-quarter-card.js": True}
        assert {BREAKER, VOLTAGE, UPDATE, "event.p1_meter_peak_event"} <= shown

        async with HomeAssistant(folder, port=free_port(), components=new, extra_yaml=extra_yaml) as home:
            await home.wait_ready()
            await home.sign_in()
            await until(lambda: everything_is_back(home, shown))
            await assert_is_as(before, home)
            # The firmware of before cannot prove its identity, and is to be updated.
            assert [trouble.get("translation_key") for trouble in await troubles(home)] == ["cannot_prove"]

            await until(lambda: is_in_state(home, UPDATE, "on"))
            await home.command(
                "call_service", domain="update", service="install", service_data={"entity_id": UPDATE}
            )
            await until(lambda: is_in_state(home, UPDATE, "off"))
            await until(lambda: everything_is_back(home, shown))
            assert (ours.flash / "slot.txt").read_text().startswith("b")
            await assert_is_as(before, home)

            # The token is good still.
            target = {"entity_id": "number.p1_meter_peak_target"}
            await home.command(
                "call_service", domain="number", service="set_value", service_data={**target, "value": 5.5}
            )
            await until(lambda: is_in_state(home, target["entity_id"], "5.5"))
            assert await troubles(home) == []
        assert board.restarts == 1
    upgraded = entry(folder)
    assert upgraded["data"].pop("proof") == [f"{board.host}:{board.port}"] * 2
    assert upgraded == stored
    log = (folder / "console.log").read_text()
    assert f"{DOMAIN}/" not in log, log  # no file of ours in a traceback
