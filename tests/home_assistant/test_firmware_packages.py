"""What Home Assistant's and HACS's own checkers look at, as far as that goes offline."""

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from awesomeversion import AwesomeVersion
from homeassistant.const import Platform
from homeassistant.helpers import condition as condition_helper
from homeassistant.helpers.entity import EntityDescription
from homeassistant.helpers.selector import selector, validate_selector
from homeassistant.helpers.trigger import descriptions as trigger_descriptions
from homeassistant.loader import Manifest
from homeassistant.util.yaml import load_yaml_dict, parse_yaml
from PIL import Image

from custom_components.p1_monitor import binary_sensor, date, event, number, select, switch
from custom_components.p1_monitor.api.bounds import AREAS
from custom_components.p1_monitor.condition import CONDITIONS
from custom_components.p1_monitor.sensor_board import BOARD_SENSORS
from custom_components.p1_monitor.sensor_cost import COST_SENSORS
from custom_components.p1_monitor.sensor_demand import DEMAND_SENSORS
from custom_components.p1_monitor.sensor_mbus import KINDS
from custom_components.p1_monitor.sensor_meter import METER_SENSORS, TARIFFS
from custom_components.p1_monitor.trigger import TRIGGERS

ROOT = Path(__file__).parents[2]
INTEGRATION = ROOT / "custom_components" / "p1_monitor"
LANGUAGES = sorted(path.stem for path in (INTEGRATION / "translations").glob("*.json"))
SENSORS = METER_SENSORS + DEMAND_SENSORS + COST_SENSORS + BOARD_SENSORS
MBUS_KEYS = {"flow", "reading_time", "valve"}
OTHERS: dict[str, tuple[EntityDescription, ...]] = {
    "binary_sensor": binary_sensor.BINARY_SENSORS,
    "date": (date.COUNTED_FROM,),
    "event": event.EVENTS,
    "number": number.NUMBERS,
    "select": (select.AREA,),
    "switch": (switch.STATUS_LIGHT,),
}

RAISED = (
    "ConfigEntryAuthFailed",
    "ConfigEntryError",
    "ConfigEntryNotReady",
    "HomeAssistantError",
    "ServiceValidationError",
    "UpdateFailed",
)

HACS_KEYS = {
    "content_in_root",
    "country",
    "filename",
    "hacs",
    "hide_default_branch",
    "homeassistant",
    "name",
    "persistent_directory",
    "render_readme",
    "zip_release",
}


def load(path: Path) -> dict[str, Any]:
    data: dict[str, Any] = json.loads(path.read_text())
    return data


def translations(language: str) -> dict[str, Any]:
    return load(INTEGRATION / "translations" / f"{language}.json")


def leaves(tree: dict[str, Any], path: str = "") -> Iterator[tuple[str, str]]:
    for key, value in tree.items():
        if isinstance(value, dict):
            yield from leaves(value, f"{path}{key}.")
        else:
            yield f"{path}{key}", value


def calls() -> Iterator[tuple[str, dict[str, ast.expr]]]:
    """Every call in our code: what is called, and its keyword arguments."""
    for path in INTEGRATION.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call):
                yield ast.unparse(node.func), {item.arg: item.value for item in node.keywords if item.arg}


def texts(node: ast.expr) -> set[str]:
    """The strings written in an expression."""
    constants = [item.value for item in ast.walk(node) if isinstance(item, ast.Constant)]
    return {value for value in constants if isinstance(value, str)}


def test_manifest() -> None:
    manifest: Manifest = json.loads((INTEGRATION / "manifest.json").read_text())
    keys = list(manifest)
    assert keys == ["domain", "name", *sorted(set(keys) - {"domain", "name"})]
    assert manifest["domain"] == INTEGRATION.name
    assert manifest["integration_type"] == "device"
    assert manifest["iot_class"] == "local_push"
    assert AwesomeVersion(manifest["version"]).valid
    assert isinstance(manifest["codeowners"], list)
    assert manifest["documentation"].startswith("https://github.com/p1-monitor/p1-monitor")
    assert manifest["issue_tracker"].startswith("https://github.com/p1-monitor/p1-monitor")
    assert manifest["requirements"] == []


def test_hacs() -> None:
    hacs = load(ROOT / "hacs.json")
    assert set(hacs) <= HACS_KEYS
    assert hacs["name"]
    assert AwesomeVersion(hacs["homeassistant"]) >= AwesomeVersion("2026.10.0")
    assert hacs["country"] == ["BE"]
    # HACS takes the one integration it finds.
    assert [path.parent.name for path in ROOT.glob("custom_components/*/manifest.json")] == ["p1_monitor"]


def test_languages() -> None:
    assert LANGUAGES == ["de", "en", "fr", "nl"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_says_the_same_things(language: str) -> None:
    english, other = dict(leaves(translations("en"))), dict(leaves(translations(language)))
    assert list(other) == list(english)
    for key, text in other.items():
        assert sorted(re.findall(r"{\w+}", text)) == sorted(re.findall(r"{\w+}", english[key])), key


@pytest.mark.parametrize("language", LANGUAGES)
def test_texts_that_hassfest_takes(language: str) -> None:
    for key, text in leaves(translations(language)):
        assert text, key
        assert text == text.strip(), key
        assert not re.search(r"https?://|www\.", text), key
        assert not re.search(r"<[a-zA-Z/]|&\w+;", text), key
        assert not re.search(r"'{\w+}'", text), key
        assert "[%key:" not in text, key
        assert all(re.fullmatch(r"[a-z0-9_-]+", part) for part in key.split(".")), key


def test_keys_are_sorted() -> None:
    def check(tree: dict[str, Any]) -> None:
        assert list(tree) == sorted(tree)
        for value in tree.values():
            if isinstance(value, dict):
                check(value)

    for language in LANGUAGES:
        check(translations(language))
    check(load(INTEGRATION / "icons.json"))


def test_every_field_is_described() -> None:
    english = translations("en")
    for flow in ("config", "options"):
        for name, step in english[flow]["step"].items():
            assert step["title"]
            assert step.get("data", {}).keys() == step.get("data_description", {}).keys(), name
            assert step.get("data") or step.get("description") or step.get("menu_options"), name


def test_every_entity_has_a_name() -> None:
    english = translations("en")["entity"]
    used = {item.translation_key for item in SENSORS if item.translation_key}
    assert used | MBUS_KEYS == set(english["sensor"])
    for platform, items in OTHERS.items():
        assert {item.translation_key for item in items} == set(english[platform])
    for item in SENSORS:
        name = english["sensor"].get(item.translation_key, {}).get("name", "")
        assert re.findall(r"{(\w+)}", name) == list(item.translation_placeholders or {}), item.key
        if item.options and item.translation_key:
            assert set(item.options) == set(english["sensor"][item.translation_key]["state"])


def test_unique_keys() -> None:
    keys = [item.key for item in SENSORS]
    assert len(keys) == len(set(keys))


def test_every_other_text_is_used_and_every_used_text_exists() -> None:
    english = translations("en")
    code = "\n".join(path.read_text() for path in INTEGRATION.rglob("*.py"))
    assert set(english["selector"]["area"]["options"]) == set(AREAS)
    assert set(english["device"]) == {kind.device for kind in KINDS.values()}
    for name in english["common"]:
        assert f".common.{name}" in code, name
    aborts = set(english["config"]["abort"]) - {"already_configured", "already_in_progress"}
    for name in (*english["exceptions"], *english["issues"], *english["config"]["error"], *aborts):
        assert f'"{name}"' in code, name

    steps: set[str] = set()
    keys: set[str] = set()
    for function, given in calls():
        if function.endswith(("async_show_form", "async_show_menu", "_host_step")):
            steps |= texts(given["step_id"])
        if function in RAISED:
            assert "translation_domain" in given, "an error without a translation"
            keys |= texts(given["translation_key"])
    assert keys <= set(english["exceptions"])
    flows = set(english["config"]["step"]) | set(english["options"]["step"])
    assert steps == flows | set(english["issues"]["built_in_entry"]["fix_flow"]["step"])


def test_every_action_is_described() -> None:
    actions = parse_yaml((INTEGRATION / "services.yaml").read_text())
    assert isinstance(actions, dict)
    described = translations("en")["services"]
    assert list(actions) == sorted(actions)
    assert {name: set(item["fields"]) for name, item in actions.items()} == {
        name: set(item["fields"]) for name, item in described.items()
    }
    assert set(load(INTEGRATION / "icons.json")["services"]) == set(actions)
    for action in actions.values():
        for field in action["fields"].values():
            validate_selector(field["selector"])


def test_icons() -> None:
    all_icons = load(INTEGRATION / "icons.json")
    for kind, known in (("triggers", TRIGGERS), ("conditions", CONDITIONS)):
        assert set(all_icons[kind]) == set(known)
    icons = all_icons["entity"]
    english = translations("en")["entity"]
    for platform, entities in icons.items():
        assert platform in [item.value for item in Platform]
        for key, icon in entities.items():
            assert key in english[platform], key
            states = icon.get("state", {})
            assert set(states) <= set(english[platform][key].get("state", ["on", "off"])), key
            for name in (icon["default"], *states.values()):
                assert re.fullmatch(r"mdi:[a-z0-9-]+", name), name
            assert icon["default"] not in states.values(), key


def test_event_types_have_names() -> None:
    english = translations("en")["entity"]["event"]
    for item in event.EVENTS:
        names = english[item.translation_key]["state_attributes"]["event_type"]["state"]
        assert set(names) == set(item.event_types or [])


@pytest.mark.parametrize(
    ("kind", "known", "schema"),
    [
        ("triggers", TRIGGERS, trigger_descriptions._TRIGGERS_DESCRIPTION_SCHEMA),
        ("conditions", CONDITIONS, condition_helper._CONDITIONS_DESCRIPTION_SCHEMA),
    ],
)
def test_triggers_and_conditions_are_described(kind: str, known: dict[str, Any], schema: Any) -> None:
    described = schema(load_yaml_dict(str(INTEGRATION / f"{kind}.yaml")))
    english = translations("en")[kind]
    assert set(described) == set(known) == set(english)
    for key, description in described.items():
        assert set(description["fields"]) == set(english[key]["fields"]), key
        assert "for" in description["fields"], key
        assert all(item["integration"] == "p1_monitor" for item in description["target"]["entity"]), key
        for field in description["fields"].values():
            selector(field["selector"])
    assert set(translations("en")["selector"]["tariff"]["options"]) == set(TARIFFS.values())


def test_entities_without_a_class_have_an_icon() -> None:
    icons = load(INTEGRATION / "icons.json")["entity"]["sensor"]
    assert not [
        item.key for item in SENSORS if item.device_class is None and item.translation_key not in icons
    ]


@pytest.mark.parametrize(
    ("name", "size"), [("icon", (256, 256)), ("icon@2x", (512, 512)), ("logo", None), ("dark_logo@2x", None)]
)
def test_brand(name: str, size: tuple[int, int] | None) -> None:
    path = INTEGRATION / "brand" / f"{name}.png"
    with Image.open(path) as image:
        assert image.format == "PNG"
        assert image.mode in ("RGBA", "P", "LA")
        if size:
            assert image.size == size
        else:
            low = 256 if "@2x" in name else 128
            assert low <= min(image.size) <= 2 * low
    assert path.stat().st_size < 40 * 1024
