"""The recipes of CONTRIBUTING.md for a sensor, a route and a board: each file that one of them forgot is named."""

import ast
import json
import re
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from pathlib import Path

import pytest
from homeassistant.helpers.entity import EntityDescription

from build_tool.boards import BOARDS, BoardType
from custom_components.p1_monitor import binary_sensor, date, event, number, select, switch
from custom_components.p1_monitor.sensor_board import BOARD_SENSORS
from custom_components.p1_monitor.sensor_cost import COST_SENSORS
from custom_components.p1_monitor.sensor_demand import DEMAND_SENSORS
from custom_components.p1_monitor.sensor_meter import METER_SENSORS
from tests.fixtures.openapi import contract

ROOT = Path(__file__).parents[2]
INTEGRATION = "custom_components/p1_monitor"
LANGUAGES = sorted(path.name for path in (ROOT / INTEGRATION / "translations").glob("*.json"))
ENTITIES: dict[str, tuple[EntityDescription, ...]] = {
    "binary_sensor": binary_sensor.BINARY_SENSORS,
    "date": (date.COUNTED_FROM,),
    "event": event.EVENTS,
    "number": number.NUMBERS,
    "select": (select.AREA,),
    "sensor": METER_SENSORS + DEMAND_SENSORS + COST_SENSORS + BOARD_SENSORS,
    "switch": (switch.STATUS_LIGHT,),
}


def text(path: str) -> str:
    """Return the text of a file, or nothing without one."""
    file = ROOT / path
    return file.read_text() if file.exists() else ""


# A sensor


def forgotten_of_entity(platform: str, item: EntityDescription) -> Iterator[str]:
    """Yield the files in which an entity is missing."""
    key = item.translation_key
    if key is None:
        if item.device_class is None:
            yield f"{INTEGRATION}/{platform}: {item.key} has neither a translation key nor a device class"
        return
    for language in LANGUAGES:
        path = f"{INTEGRATION}/translations/{language}"
        known = json.loads(text(path))["entity"].get(platform, {}).get(key, {})
        if "name" not in known:
            yield f"{path}: no name of {platform}.{key}"
        states = set(getattr(item, "options", None) or ()) - set(known.get("state", ()))
        if states and platform == "sensor":
            yield f"{path}: {platform}.{key} has no text for {sorted(states)}"
    icons = json.loads(text(f"{INTEGRATION}/icons.json"))["entity"]
    if item.device_class is None and key not in icons.get(platform, {}):
        yield f"{INTEGRATION}/icons.json: no icon of {platform}.{key}"
    english = json.loads(text(f"{INTEGRATION}/translations/en.json"))["entity"].get(platform, {})
    name = re.sub(r" *\{\w+\}", "", english.get(key, {}).get("name", key))
    rows = [row for row in text("docs/home-assistant.md").splitlines() if row.startswith("|")]
    if not any(name in row for row in rows):
        yield f"docs/home-assistant.md: no row of {name}"


@pytest.mark.parametrize(
    ("platform", "item"),
    [(platform, item) for platform, items in ENTITIES.items() for item in items],
    ids=lambda value: value if isinstance(value, str) else value.key,
)
def test_entity_is_in_every_file_of_its_recipe(platform: str, item: EntityDescription) -> None:
    assert list(forgotten_of_entity(platform, item)) == []


def test_sensor_that_was_only_put_into_its_table_is_missed_everywhere_else() -> None:
    item = EntityDescription(key="moon_phase", translation_key="moon_phase")
    assert [fault.partition(":")[0] for fault in forgotten_of_entity("sensor", item)] == [
        *(f"{INTEGRATION}/translations/{language}" for language in LANGUAGES),
        f"{INTEGRATION}/icons.json",
        "docs/home-assistant.md",
    ]


# A route

Route = tuple[str, str, str, str]
"""Method, path (one that ends in / takes a parameter), module and function."""


def table(path: str, name: str) -> ast.Dict:
    """Return the dict of this name in a source of the firmware."""
    for node in ast.parse(text(path)).body:
        match node:
            case ast.Assign(targets=[ast.Name(id=found)], value=ast.Dict() as rows) if found == name:
                return rows
    raise AssertionError(f"{path} has no table {name}")


def routes() -> list[Route]:
    """Return the rows of firmware/routes.py."""
    rows = table("firmware/routes.py", "_ROUTES")
    found: list[Route] = []
    for key, row in zip(rows.keys, rows.values, strict=True):
        assert key is not None
        assert isinstance(row, ast.Tuple)
        method, path = ast.literal_eval(key).decode().split(" ")
        module, function = (ast.literal_eval(cell) for cell in row.elts[:2])
        found.append((method, path, module, function))
    return found


@cache
def operations() -> list[tuple[str, str]]:
    """Return method and path of each operation of the contract."""
    paths = contract()["paths"]
    return [
        (method.upper(), path) for path, item in paths.items() for method in item if method != "parameters"
    ]


def answers(route: Route, method: str, path: str) -> bool:
    """True if a route answers an operation."""
    return route[0] == method and (
        route[1] == path
        or (route[1].endswith("/") and re.fullmatch(re.escape(route[1]) + r"\{\w+\}", path) is not None)
    )


def forgotten_of_route(route: Route) -> Iterator[str]:
    """Yield the files in which a route is missing."""
    method, path, module, function = route
    source = f"firmware/{module.replace('.', '/')}.py"
    if not text(source):
        yield f"{source}: does not exist; {method} {path} is answered by it"
    elif not re.search(rf"^(async )?def {function}\(device, request\):", text(source), re.MULTILINE):
        yield f"{source}: no {function}(device, request), which answers {method} {path}"
    if f"`{module}`" not in text("docs/memory.md"):
        yield f"docs/memory.md: no row of {module}; run scripts/memory"
    if not any(answers(route, *operation) for operation in operations()):
        yield f"docs/openapi.yaml: no operation {method} {path}"


def forgotten_of_operation(method: str, path: str, known: Iterable[Route]) -> Iterator[str]:
    """Yield the file in which an operation of the contract is missing."""
    documents = [
        ast.literal_eval(key).decode() for key in table("firmware/dispatcher.py", "_DOCUMENTS").keys if key
    ]
    if method == "GET" and path in (*documents, "/api/live"):
        return
    if not any(answers(route, method, path) for route in known):
        yield f"firmware/routes.py: no row of {method} {path}"


@pytest.mark.parametrize("route", routes(), ids=lambda route: f"{route[0]} {route[1]}")
def test_route_is_in_every_file_of_its_recipe(route: Route) -> None:
    assert list(forgotten_of_route(route)) == []


@pytest.mark.parametrize(("method", "path"), [one for one in operations() if one[1].startswith("/api/")])
def test_operation_has_a_route(method: str, path: str) -> None:
    assert list(forgotten_of_operation(method, path, routes())) == []


def test_route_that_was_only_put_into_its_table_is_missed_everywhere_else() -> None:
    new = ("GET", "/api/moon", "api.moon", "show")
    assert [fault.partition(":")[0] for fault in forgotten_of_route(new)] == [
        "firmware/api/moon.py",
        "docs/memory.md",
        "docs/openapi.yaml",
    ]
    without_function = ("POST", "/api/identify", "api.device_actions", "moon")
    assert list(forgotten_of_route(without_function)) == [
        "firmware/api/device_actions.py: no moon(device, request), which answers POST /api/identify"
    ]


def test_operation_without_a_route_is_missed_in_the_table() -> None:
    assert list(forgotten_of_operation("GET", "/api/moon", routes())) == [
        "firmware/routes.py: no row of GET /api/moon"
    ]


# A board


def forgotten_of_board(
    name: str, board: BoardType | None, read: Callable[[str], str] = text
) -> Iterator[str]:
    """Yield the files in which a board is missing; `board` is its row in build_tool/boards.py, None without one."""
    pins = f"firmware/board/{name}.py"
    source = read(pins)
    if "\ndef facts(" not in source:
        yield f"{pins}: no facts()"
    if board is None:
        yield f"build_tool/boards.py: no row of {name}"
    if f"{name}.py" not in read("docs/calls.md"):
        yield f"docs/calls.md: {name}.py is not in the line about wiring"
    if f'"{name}"' not in read("tests/device/board/test_start.py"):
        yield f"tests/device/board/test_start.py: no pins of {name}"
    # A board that takes its pins from the settings has no wires that a guide could show.
    if '.get("pins")' not in source:
        title = board.title.removeprefix("LilyGO ") if board else name
        for guide in ("docs/hardware.md", "docs/hardware.nl.md"):
            if not re.search(rf"^#+ {re.escape(title)}$", read(guide), re.MULTILINE):
                yield f"{guide}: no section {title}"


BOARD_NAMES = sorted(
    {
        *BOARDS,
        *(path.stem for path in (ROOT / "firmware/board").glob("*.py") if "\ndef facts(" in path.read_text()),
    }
)


@pytest.mark.parametrize("name", BOARD_NAMES)
def test_board_is_in_every_file_of_its_recipe(name: str) -> None:
    assert list(forgotten_of_board(name, BOARDS.get(name))) == []


def test_board_that_was_put_nowhere_is_missed_everywhere() -> None:
    assert [fault.partition(":")[0] for fault in forgotten_of_board("t9_s9", None)] == [
        "firmware/board/t9_s9.py",
        "build_tool/boards.py",
        "docs/calls.md",
        "tests/device/board/test_start.py",
        "docs/hardware.md",
        "docs/hardware.nl.md",
    ]


@pytest.mark.parametrize(
    ("path", "old"),
    [
        ("docs/calls.md", "`t8_s2.py`"),
        ("tests/device/board/test_start.py", '"t8_s2"'),
        ("docs/hardware.md", "T8 ESP32-S2\n"),
    ],
)
def test_board_that_one_file_forgot_is_missed_there(path: str, old: str) -> None:
    def read(asked: str) -> str:
        return text(asked).replace(old, "") if asked == path else text(asked)

    faults = list(forgotten_of_board("t8_s2", BOARDS["t8_s2"], read))
    assert [fault.partition(":")[0] for fault in faults] == [path]
