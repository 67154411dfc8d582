"""The update entity: what it offers, and how it installs it."""

import asyncio
import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from homeassistant.const import EVENT_STATE_CHANGED, STATE_OFF, STATE_ON
from homeassistant.core import Event, EventStateChangedData, HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError

from build_tool.package import Package
from build_tool.signatures import KEYS_FILE
from custom_components.p1_monitor import firmware_packages, update
from simulator import package_keys

from .conftest import SetUp, state, until
from .device import OriginalBoard, P1Monitor

type Bundle = Callable[..., bytes]


@pytest.fixture
def bundle(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Bundle:
    """Puts a package for the board into the integration, as a release has it."""
    monkeypatch.setattr(update, "bundled_packages", lambda: firmware_packages.bundled_packages(tmp_path))

    def put(
        version: str, board: str = "t8_c3", names: tuple[str, ...] = (), build: int = 2, damaged: bool = False
    ) -> bytes:
        files = {
            "main.mpy": bytes(20_000),
            KEYS_FILE: package_keys.modulus() + package_keys.modulus("foreign"),
        }
        package = Package(version, board, files, build)
        for name in names:
            package = package_keys.signed(package, name)
        content = package.content()
        if damaged:
            content = content.replace(package.signatures[-9:], bytes(9), 1)
        (tmp_path / package.file_name).write_bytes(content)
        return content

    return put


def attributes(hass: HomeAssistant) -> dict[str, Any]:
    found = state(hass, "firmware", "update")
    assert found
    return {"state": found.state, **found.attributes}


async def install(hass: HomeAssistant) -> None:
    found = state(hass, "firmware", "update")
    assert found
    await hass.services.async_call("update", "install", {"entity_id": found.entity_id}, blocking=True)


async def test_a_newer_package_is_offered(
    hass: HomeAssistant, monitor: P1Monitor, set_up: SetUp, bundle: Bundle
) -> None:
    bundle("0.2.0")
    await set_up(monitor, token="a token")
    offered = attributes(hass)
    assert offered["state"] == STATE_ON
    assert (offered["installed_version"], offered["latest_version"]) == ("0.1.0", "0.2.0")
    assert offered["release_url"].endswith("/releases/tag/v0.2.0")
    assert offered["release_summary"] is None


@pytest.mark.parametrize("version", ["0.0.9", "0.1.0", "0.1.0-rc.1", "my own build"])
async def test_nothing_but_a_newer_version_is_offered(
    hass: HomeAssistant, monitor: P1Monitor, set_up: SetUp, bundle: Bundle, version: str
) -> None:
    bundle(version)
    await set_up(monitor)
    assert attributes(hass)["state"] == STATE_OFF
    assert attributes(hass)["latest_version"] == "0.1.0"


async def test_a_clone_of_the_sources_offers_nothing_and_says_why(
    hass: HomeAssistant, monitor: P1Monitor, set_up: SetUp, bundle: Bundle
) -> None:
    bundle("0.2.0", "t8_s2")
    await set_up(monitor)
    assert attributes(hass)["state"] == STATE_OFF
    assert attributes(hass)["release_summary"].startswith("This copy of the integration contains no firmware")


async def test_an_original_device_has_none(
    hass: HomeAssistant, original: OriginalBoard, set_up: SetUp
) -> None:
    await set_up(original)
    assert state(hass, "firmware", "update") is None


async def test_installing_shows_progress_and_waits_for_the_restart(
    hass: HomeAssistant, monitor: P1Monitor, set_up: SetUp, bundle: Bundle
) -> None:
    content = bundle("0.2.0")
    await set_up(monitor, token="a token")
    seen: list[tuple[bool, int | None]] = []

    @callback
    def note(event: Event[EventStateChangedData]) -> None:
        if event.data["entity_id"].startswith("update.") and (new := event.data["new_state"]):
            seen.append((new.attributes["in_progress"], new.attributes["update_percentage"]))

    unsubscribe = hass.bus.async_listen(EVENT_STATE_CHANGED, note)
    task = hass.async_create_task(install(hass))
    await until(lambda: monitor.package)
    assert monitor.package == content
    await until(lambda: attributes(hass)["update_percentage"] is None)
    assert attributes(hass)["in_progress"] is True
    assert not task.done()
    await monitor.restart(
        firmware="0.2.0", update={"state": "trial", "percent": None, "error": None, "board": "t8_c3"}
    )
    await asyncio.wait_for(task, 20)
    unsubscribe()
    assert attributes(hass)["state"] == STATE_OFF
    assert attributes(hass)["installed_version"] == "0.2.0"
    assert attributes(hass)["in_progress"] is False
    percents = [percent for going, percent in seen if going and percent is not None]
    assert percents[0] == 0
    assert percents == sorted(percents)
    assert len(percents) >= 3


async def test_without_a_token_it_says_how_to_get_one(
    hass: HomeAssistant, monitor: P1Monitor, set_up: SetUp, bundle: Bundle
) -> None:
    bundle("0.2.0")
    await set_up(monitor)
    assert "Reconfigure" in attributes(hass)["release_summary"]
    with pytest.raises(HomeAssistantError) as caught:
        await install(hass)
    assert caught.value.translation_key == "update_needs_token"
    assert monitor.package is None


KEY = package_keys.key_id()
ONLY_BY_BOOT = "After Install, press BOOT"


@pytest.mark.parametrize(
    ("names", "keys", "build", "needs_boot"),
    [
        ((), None, 2, False),  # firmware 0.1.0 knows no signatures
        ((), [], 2, True),
        ((), [KEY], 2, True),
        (("release",), [], 2, True),
        (("release",), [KEY], 2, False),
        (("release",), [KEY], 1, True),
        (("foreign",), [KEY], 2, True),
        (("foreign", "release"), [KEY], 2, False),
        (
            ("previous",),
            [package_keys.key_id("previous")],
            2,
            False,
        ),  # a rotation: the package lacks this key
    ],
)
async def test_it_says_beforehand_whether_the_device_will_ask_for_boot(
    hass: HomeAssistant,
    monitor: P1Monitor,
    set_up: SetUp,
    bundle: Bundle,
    names: tuple[str, ...],
    keys: list[str] | None,
    build: int,
    needs_boot: bool,
) -> None:
    bundle("0.2.0", names=names, build=build)
    if keys is not None:
        monitor.device["update"] |= {"keys": keys, "build": 2, "floor": 0, "waiting": None}
    await set_up(monitor, token="a token")
    offered = attributes(hass)
    assert offered["state"] == STATE_ON
    assert (ONLY_BY_BOOT in (offered["release_summary"] or "")) == needs_boot


async def test_damaged_signature_counts_as_none(
    hass: HomeAssistant, monitor: P1Monitor, set_up: SetUp, bundle: Bundle
) -> None:
    bundle("0.2.0", names=("release",), damaged=True)
    monitor.device["update"] |= {"keys": [KEY], "build": 2, "floor": 0, "waiting": None}
    await set_up(monitor, token="a token")
    assert ONLY_BY_BOOT in attributes(hass)["release_summary"]


async def test_lower_build_than_the_floor_needs_boot(
    hass: HomeAssistant, monitor: P1Monitor, set_up: SetUp, bundle: Bundle
) -> None:
    bundle("0.2.0", names=("release",), build=4)
    monitor.device["update"] |= {"keys": [KEY], "build": 3, "floor": 5, "waiting": None}
    await set_up(monitor, token="a token")
    assert ONLY_BY_BOOT in attributes(hass)["release_summary"]


def waiting(monitor: P1Monitor, digest: str) -> dict[str, Any]:
    """The state of a board that waits for BOOT with this package."""
    waits = {"presses": 3, "digest": digest}
    return {"update": {**monitor.device["update"], "state": "receiving", "keys": [], "waiting": waits}}


async def test_presses_are_told_while_the_device_waits_with_our_package_alone(
    hass: HomeAssistant, monitor: P1Monitor, set_up: SetUp, bundle: Bundle
) -> None:
    content = bundle("0.2.0")
    ours = hashlib.sha256(content[: content.index(b"]}\n") + 3]).hexdigest()[:16]
    await set_up(monitor, token="a token")
    monitor.push(status=waiting(monitor, ours))  # sent by another program: Install was not pressed here
    await until(lambda: "Do not press BOOT" in (attributes(hass)["release_summary"] or ""))
    monitor.push(status={"update": {**monitor.device["update"], "state": "idle"}})
    await until(lambda: not attributes(hass)["in_progress"])

    task = hass.async_create_task(install(hass))
    await until(lambda: monitor.package)
    monitor.push(status=waiting(monitor, ours))
    await until(lambda: "within two minutes" in (attributes(hass)["release_summary"] or ""))
    monitor.push(status=waiting(monitor, "0" * 16))
    await until(lambda: "Do not press BOOT" in (attributes(hass)["release_summary"] or ""))
    await monitor.restart(firmware="0.2.0")
    await asyncio.wait_for(task, 20)


async def test_the_devices_own_refusal_is_shown(
    hass: HomeAssistant, monitor: P1Monitor, set_up: SetUp, bundle: Bundle
) -> None:
    bundle("0.2.0")
    monitor.refusal = (
        400,
        "This version needs the cable: it needs another MicroPython (1.30.0) than this board has (1.29.0)\n",
    )
    await set_up(monitor, token="a token")
    with pytest.raises(HomeAssistantError) as caught:
        await install(hass)
    assert caught.value.translation_key == "update_refused"
    assert "needs the cable" in (caught.value.translation_placeholders or {})["error"]
    assert attributes(hass)["in_progress"] is False


async def test_a_device_that_breaks_off_is_told_of(
    hass: HomeAssistant, monitor: P1Monitor, set_up: SetUp, bundle: Bundle
) -> None:
    bundle("0.2.0")
    await set_up(monitor, token="a token")
    await monitor.stop()
    with pytest.raises(HomeAssistantError) as caught:
        await install(hass)
    assert caught.value.translation_key == "communication_error"


async def test_a_version_that_gives_its_place_back_is_a_failure(
    hass: HomeAssistant, monitor: P1Monitor, set_up: SetUp, bundle: Bundle
) -> None:
    bundle("0.2.0")
    await set_up(monitor, token="a token")
    task = hass.async_create_task(install(hass))
    await until(lambda: monitor.package)
    await monitor.restart(
        update={"state": "failed", "percent": None, "error": "b failed: ValueError", "board": "t8_c3"}
    )
    with pytest.raises(HomeAssistantError) as caught:
        await asyncio.wait_for(task, 20)
    assert (caught.value.translation_placeholders or {})["error"] == "b failed: ValueError"
    assert attributes(hass)["release_summary"] == "`b failed: ValueError`"


async def test_a_device_that_stays_away_is_a_failure(
    hass: HomeAssistant, monitor: P1Monitor, set_up: SetUp, bundle: Bundle, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(update, "RESTART_TIMEOUT_S", 0.3)
    bundle("0.2.0")
    await set_up(monitor, token="a token")
    with pytest.raises(HomeAssistantError) as caught:
        await install(hass)
    assert caught.value.translation_key == "update_not_back"


async def test_an_update_by_the_devices_own_page_is_seen(
    hass: HomeAssistant, monitor: P1Monitor, set_up: SetUp, bundle: Bundle
) -> None:
    await set_up(monitor)
    monitor.push(status={"update": {**monitor.device["update"], "state": "receiving", "percent": 40}})
    await until(lambda: attributes(hass)["in_progress"])
    assert attributes(hass)["update_percentage"] == 40


def test_what_is_no_package_is_left_out(tmp_path: Path) -> None:
    (tmp_path / "empty.p1").write_bytes(b"")
    (tmp_path / "other.p1").write_bytes(
        b'{"format":"p1-monitor 2","version":"9","board":"t8_c3","files":[\n]}\n'
    )
    (tmp_path / "list.p1").write_bytes(b"[[\n")
    (tmp_path / "good.p1").write_bytes(Package("0.2.0", "t8_c3", {}).content())
    assert [package.version for package in firmware_packages.bundled_packages(tmp_path).values()] == ["0.2.0"]
    assert firmware_packages.bundled_packages(tmp_path / "nowhere") == {}
