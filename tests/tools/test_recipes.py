"""Recipes: whoever adds an object, a setting, a language or an area learns which file was forgotten."""

import ast
import contextlib
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.fixtures.openapi import PATH as API, contract

ROOT = Path(__file__).parents[2]
PAGE = "firmware/page"
INTEGRATION = "custom_components/p1_monitor"
UNITS = {"wh": "kwh", "dv": "v", "ma": "a"}
"""Endings of a field, and of its key in the API where that differs (firmware/api/documents.py)."""
API_KEYS = {"peak": ("peak_w", "peak_end"), "peaks": (), "volume": ("value", "unit")}
NOT_ON_PAGE = {"type": "chooses the panel's title"}
NOT_IN_INTEGRATION = {
    "ean": "private",
    "grid_v": "never changes",
    "demand_w": "/api/quarter has it for every meter",
    "peak": "/api/peaks has it for every meter",
}
NO_SENSOR = {"time": "the clock of other sensors"}
NO_FIELD_ON_PAGE = {"language": "the page stores a language in each browser"}


def read(path: str) -> str:
    return (ROOT / path).read_text()


def tables(path: str) -> dict[str, Any]:
    """Return the tables of a firmware module, by name."""
    found: dict[str, Any] = {}
    for statement in ast.parse(read(path)).body:
        match statement:
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                value = value.args[0] if isinstance(value, ast.Call) else value
                code = compile(ast.Expression(value), path, "eval")
                with contextlib.suppress(NameError):
                    found[name] = eval(code, {"__builtins__": {}}, found)
    return found


SCHEMA = tables("firmware/settings/schema.py")
LANGUAGES: tuple[str, ...] = SCHEMA["LANGUAGES"]
OBJECTS = tables("firmware/meter/objects.py")["OBJECTS"]
FIELDS = sorted({(field, code.startswith(b"n")) for code, _, field in OBJECTS})


# Add an object


def api_keys(field: str) -> tuple[str, ...]:
    ending = field.rpartition("_")[2]
    return API_KEYS.get(field, (field.removesuffix(ending) + UNITS.get(ending, ending),))


def pattern(key: str) -> str:
    """Return an expression for a key or the string that it is made from: energy_{direction}_t{tariff}_kwh."""
    gap = r"\$?\{\w+\}|PHASE"
    key = re.sub(r"_([tl])\d", lambda found: rf"_(?:{found[0][1:]}|{found[1]}(?:{gap})|{gap})", key)
    key = re.sub("import|export", lambda found: rf"(?:{found[0]}|{gap})", key)
    return rf"(?<![a-z_]){key}(?![a-z_])"


def missing_for_object(field: str, mbus: bool = False) -> Iterator[str]:
    """Yield a line for each file that lacks something for a field of firmware/meter/objects.py."""
    schema = contract()["components"]["schemas"]["MBusMeter" if mbus else "ReadingFields"]
    for key in api_keys(field):
        if key not in schema["properties"] or key not in schema.get("required", [key]):
            yield f"{API} has no {key}"
        if field not in NOT_ON_PAGE:
            yield from missing_on_page(key)
        if field not in NOT_IN_INTEGRATION:
            yield from missing_in_integration(key, mbus, field not in NO_SENSOR)


def missing_on_page(key: str) -> Iterator[str]:
    row = re.search(rf'\["(\w+)",[^\n]*{pattern(key)}|{pattern(key)}', read(f"{PAGE}/screens/meter.js"))
    if row is None:
        yield f"page/screens/meter.js does not show {key}"
    yield from missing_words((row and row[1]) or key if row is None or row[1] else "importT1")


def missing_words(*words: str) -> Iterator[str]:
    for language in LANGUAGES:
        text = read(f"{PAGE}/i18n/{language}.js")
        yield from (
            f"page/i18n/{language}.js has no word for {word}"
            for word in words
            if not re.search(rf"^  {word}:", text, re.MULTILINE)
        )


def missing_in_integration(key: str, mbus: bool, sensor: bool) -> Iterator[str]:
    models = read(f"{INTEGRATION}/api/measurements.py")
    models = models[models.index("class MBusDevice" if mbus else "class Reading:") :]
    models = models[: models.index("\n@dataclass")]
    model = re.search(rf'(\w+)=[\w(\s]+data, f?"{pattern(key)}"', models)
    if model is None:
        yield f"api/measurements.py has no {key}"
    if not sensor or mbus:
        return
    attribute, api_key = model[1] if model else key, key
    source = read(f"{INTEGRATION}/sensor_meter.py")
    functions = [part for part in re.split(r"\n(?=def |    \w+\(|[A-Z])", source) if f".{attribute}" in part]
    if not functions:
        yield f"sensor_meter.py has no sensor of {key}"
    text = "".join(functions)
    name = re.search(r'(?:translation_key=|_energy\(\s*f?|_power\(\s*f?)"(\w+)"', text)
    key = "power_phase" if re.match(r"power_\w+_l\d", key) else name[1] if name else key
    if re.fullmatch("power_(import|export)_w", api_key):
        key = api_key.removesuffix("_w")
    yield from missing_names(f"{key}_tariff" if "tariff=tariff" in text else key, "device_class" in text)


def missing_names(name: str, has_class: bool) -> Iterator[str]:
    """Yield the lines of a sensor; a device class gives its sensors an icon."""
    for language in LANGUAGES:
        names = json.loads(read(f"{INTEGRATION}/translations/{language}.json"))["entity"]["sensor"]
        if "name" not in names.get(name, {}):
            yield f"translations/{language}.json has no name for {name}"
        elif language == "en":
            shown = names[name]["name"].partition(" {")[0]
            if shown.casefold() not in read("docs/home-assistant.md").casefold():
                yield f"docs/home-assistant.md has no {shown}"
    icons = json.loads(read(f"{INTEGRATION}/icons.json"))["entity"]["sensor"]
    if (
        name not in icons and not has_class and not name.startswith("power_")
    ):  # _power() gives those their class
        yield f"icons.json has no {name}"


@pytest.mark.parametrize(("field", "mbus"), FIELDS)
def test_object_is_in_every_place(field: str, mbus: bool) -> None:
    assert list(missing_for_object(field, mbus)) == []


def test_each_file_that_an_object_was_forgotten_in_is_named() -> None:
    assert list(missing_for_object("boiler_ma")) == [
        "docs/openapi.yaml has no boiler_a",
        "page/screens/meter.js does not show boiler_a",
        *(f"page/i18n/{language}.js has no word for boiler_a" for language in LANGUAGES),
        "api/measurements.py has no boiler_a",
        "sensor_meter.py has no sensor of boiler_a",
        *(f"translations/{language}.json has no name for boiler_a" for language in LANGUAGES),
        "icons.json has no boiler_a",
    ]


# Add a setting


def missing_for_setting(section: str, key: str, kind: Any) -> Iterator[str]:
    """Yield a line for each file that lacks something for a row of SETTINGS in firmware/settings/schema.py."""
    schemas = contract()["components"]["schemas"]
    for name in ("ConfigFields", "ConfigChange"):
        properties = schemas[name]["properties"]
        found = properties if section == "-" else properties.get(section, {}).get("properties", {})
        if key not in found:
            yield f"{API}: {name} has no {key}"
        elif isinstance(kind, tuple) and bounds(found[key]) != kind:
            yield f"{API}: {name} has other bounds for {key}"
    for path in ("docs/data.md", "firmware/settings/store.py"):
        if f'"{key}"' not in read(path):
            yield f"{path} does not have {key} in the file of settings"
    if key in NO_FIELD_ON_PAGE:
        return
    row = re.search(rf'key: "{section}\.{key}", label: "(\w+)"(?:, hint: "(\w+)")?', read_settings_page())
    if row is None:
        yield f"page/screens/settings.js has no field for {section}.{key}"
    yield from missing_words(*(word for word in (row.groups() if row else (key,)) if word))


def bounds(schema: dict[str, Any]) -> tuple[Any, Any]:
    return schema.get("minimum"), schema.get("maximum")


def read_settings_page() -> str:
    return re.sub(r"\s+", " ", read(f"{PAGE}/screens/settings.js"))


@pytest.mark.parametrize("setting", SCHEMA["SETTINGS"], ids=lambda row: row[1])
def test_setting_is_in_every_place(setting: tuple[str, str, Any, Any]) -> None:
    assert list(missing_for_setting(*setting[:3])) == []


def test_each_file_that_a_setting_was_forgotten_in_is_named() -> None:
    assert list(missing_for_setting("light", "colour", "flag")) == [
        "docs/openapi.yaml: ConfigFields has no colour",
        "docs/openapi.yaml: ConfigChange has no colour",
        "docs/data.md does not have colour in the file of settings",
        "firmware/settings/store.py does not have colour in the file of settings",
        "page/screens/settings.js has no field for light.colour",
        *(f"page/i18n/{language}.js has no word for colour" for language in LANGUAGES),
    ]


def test_setting_with_other_bounds_is_named() -> None:
    found = list(missing_for_setting("light", "brightness", (0, 50)))
    assert found == [
        f"docs/openapi.yaml: {name} has other bounds for brightness"
        for name in ("ConfigFields", "ConfigChange")
    ]


# Add a language


def missing_for_language(language: str) -> Iterator[str]:
    """Yield a line for each file that lacks a language of firmware/settings/schema.py."""
    for path in (f"{PAGE}/i18n/{language}.js", f"{INTEGRATION}/translations/{language}.json"):
        if not (ROOT / path).exists():
            yield f"there is no {path}"
    for path, expression in (
        (f"{PAGE}/i18n.js", rf'import {language} from "\./i18n/{language}\.js"'),
        (f"{PAGE}/i18n.js", rf"WORDS = \{{[^}}]*\b{language}\b"),
        (f"{PAGE}/i18n.js", rf"LANGUAGES = \{{[^}}]*\b{language}: "),
        (f"{PAGE}/setup.html", rf'<option value="{language}">'),
        (f"{PAGE}/setup.html", rf"^  {language}: \{{"),
        (f"{PAGE}/update.html", rf"^  {language}: \{{"),
        (API, rf"language:\s*\{{[^\n]*enum: \[[^]]*\b{language}\b"),
    ):
        if not re.search(expression, read(path), re.MULTILINE):
            yield f"{path} has no {language}: {expression}"


@pytest.mark.parametrize("language", LANGUAGES)
def test_language_is_in_every_place(language: str) -> None:
    assert list(missing_for_language(language)) == []


def test_no_place_has_another_language() -> None:
    folders = (f"{PAGE}/i18n", f"{INTEGRATION}/translations")
    assert all({file.stem for file in (ROOT / folder).iterdir()} == set(LANGUAGES) for folder in folders)


def test_each_file_that_a_language_was_forgotten_in_is_named() -> None:
    named = [line.split(" has no ")[0] for line in missing_for_language("eo")]
    assert named == [
        f"there is no {PAGE}/i18n/eo.js",
        f"there is no {INTEGRATION}/translations/eo.json",
        *[f"{PAGE}/i18n.js"] * 3,
        *[f"{PAGE}/setup.html"] * 2,
        f"{PAGE}/update.html",
        API,
    ]


# Network areas and the columns of files: one list on the device, the same everywhere else


def area_lists() -> Iterator[tuple[str, list[str]]]:
    """Yield each other list of areas, with its place."""
    tariff = list(SCHEMA["AREAS"][-2:])
    for path in (f"{PAGE}/rates.json", f"{INTEGRATION}/rates.json"):
        yield path, [*json.loads(read(path))["eur_per_kw_year"], *tariff]
    names = re.search(r"AREA_NAMES = \{(.*?)\}", read(f"{PAGE}/tariff.js"), re.DOTALL)
    assert names
    yield f"{PAGE}/tariff.js", [*re.findall(r"(\w+):", names[1]), *tariff]
    names = re.search(r"AREAS = \{(.*?)\}", read(f"{PAGE}/setup.html"))
    assert names
    yield f"{PAGE}/setup.html", re.findall(r"(\w+):", names[1])
    found = tables(f"{INTEGRATION}/api/bounds.py")
    yield f"{INTEGRATION}/api/bounds.py", list(found["AREAS"])
    for match in re.finditer(r"enum:\n((?: +- \w+\n)*? +- midden_vlaanderen\n(?: +- \w+\n)*)", read(API)):
        yield API, [area for area in re.findall(r"- (\w+)", match[1]) if area != "null"]
    for language in LANGUAGES:
        for states in choices(json.loads(read(f"{INTEGRATION}/translations/{language}.json"))):
            yield f"translations/{language}.json", list(states)


def choices(tree: Any) -> Iterator[dict[str, str]]:
    if isinstance(tree, dict):
        if SCHEMA["AREAS"][0] in tree:
            yield tree
        for branch in tree.values():
            yield from choices(branch)


def test_every_list_of_areas_is_that_of_the_settings() -> None:
    found = list(area_lists())
    assert len([place for place, _ in found if place == API]) >= 2
    assert len(found) >= 5 + 2 + len(LANGUAGES)
    for place, areas in found:
        assert sorted(areas) == sorted(SCHEMA["AREAS"]), place


def test_simulated_card_and_documents_have_the_columns_of_the_firmware() -> None:
    device = tables("firmware/storage/day_csv_writer.py")
    simulator = tables("simulator/card_history.py")
    for ours, theirs in (("QUARTERS", "_DAY_CSV_HEADER"), ("DAYS", "_DAYS_CSV_HEADER")):
        header = device[ours].decode()
        assert simulator[theirs] == header
        assert f"    {header}" in read("docs/data.md")
