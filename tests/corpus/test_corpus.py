"""Real telegrams of other people's meters: what the firmware's parser makes of them.

They are not ours to copy: the environment variable P1_TELEGRAMS names a folder that has them, with the values of an
independent parser beside them.
"""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from build_tool import bytecode
from simulator.dialect import crc16
from tests.corpus import expected

FOLDER = os.environ.get("P1_TELEGRAMS", "")
FILES = sorted(Path(FOLDER).glob("*.txt")) if FOLDER else []
BELGIAN = [file for file in FILES if file.name.startswith("be_")]

pytestmark = pytest.mark.skipif(not FILES, reason="P1_TELEGRAMS names no folder with real telegrams")

# What the library cannot read, or reads wrongly, from the telegrams' own lines.
BY_HAND: dict[str, dict[str, Any]] = {
    "be_dsmr3lib_4_iskra_2026.txt": {"peak": [8832, "2026-01-12T22:30:00+01:00"], "breaker": 1},
    "be_dsmr3lib_2_lgf_delta.txt": {"breaker": 1, "grid_v": 230, "ean": None, "fuse_ma": 40000},
    "be_dsmr3lib_6_iskra_2024_144v.txt": {"meter_version": None, "peak": None},
    "be_iskra_1_1ph.txt": {
        "meter_id": "91318181",
        "time": "2024-04-05T15:49:53+02:00",
        "current_l1_ma": 6000,
    },
    "be_dsmr3lib_7_e660_industrial.txt": {
        "time": "2025-07-16T10:00:10+02:00",
        "energy_import_wh": 2720760,
        "energy_export_wh": 1155910,
        "power_export_w": 18,
        "power_import_l2_w": 27,
        "voltage_l1_dv": 2395,
        "current_l2_ma": 190,
        "demand_w": 0,
        "peak": [1430, "2025-07-08T10:45:00+02:00"],
        "peaks": [[2025 * 12 + 5, 1452, "2025-06-04T08:45:00+02:00"]],
    },
    "be_openhab_1.txt": {
        "time": "2019-11-28T00:00:00+01:00",
        "energy_import_t1_wh": 123456,
        "energy_export_t2_wh": 456789,
        "power_import_w": 1234,
        "voltage_l1_dv": 2345,
        "current_l1_ma": 5000,
        "limiter_w": None,
        "fuse_ma": None,
    },
}


def is_good(file: Path) -> bool:
    """Whether the CRC behind the last "!" is that of the bytes from the last "/" before it."""
    found = re.search(rb"(/[^/]*!)([0-9A-Fa-f]{1,4})\r?\n?[^/!]*\Z", file.read_bytes())
    return found is not None and crc16(found[1]) == int(found[2], 16)


@pytest.fixture(scope="module")
def readings() -> dict[str, Any]:
    """What the firmware reads of each file."""
    program = bytecode.ROOT / "tests/corpus/on_board/read_readings.py"
    micropython = Path(sys.executable).with_name("micropython")
    done = subprocess.run(
        [micropython, program, *FILES],
        env={**os.environ, "MICROPYPATH": f"{bytecode.FIRMWARE}:.frozen"},
        stdout=subprocess.PIPE,
        text=True,
        timeout=60,
        check=True,
    )
    found = [json.loads(line) for line in done.stdout.splitlines()]
    return {Path(each["file"]).name: each for each in found}


def digits(value: Any) -> Any:
    """Moments by their local digits: examples of the specification have letters that contradict the season."""
    return json.loads(re.sub(r'(T\d\d:\d\d:\d\d)\+0[12]:00"', r'\1"', json.dumps(value)))


def names(files: list[Path]) -> list[Any]:
    return [pytest.param(file, id=file.stem) for file in files]


@pytest.mark.parametrize("file", names(FILES))
def test_telegram_is_taken_if_its_crc_is_right_and_else_refused(file: Path, readings: dict[str, Any]) -> None:
    telegrams, crc_errors, overruns = readings[file.name]["counted"]
    assert telegrams == is_good(file)
    assert overruns == 0
    # one without an end is not known to be damaged yet
    assert crc_errors <= 1


@pytest.mark.parametrize("file", names([file for file in BELGIAN if is_good(file)]))
def test_values_are_those_of_an_independent_parser(file: Path, readings: dict[str, Any]) -> None:
    found = readings[file.name]["fields"]
    document = json.loads(file.with_suffix(".expected.json").read_text())
    wanted = expected.fields(document) if "values" in document else {}
    wanted |= BY_HAND.get(file.name, {})

    assert digits({field: found.get(field) for field in wanted}) == digits(wanted)

    if "values" in document:
        meters = {
            channel: {key: meter.get(key) for key in ("type", "id", "valve", "volume")}
            for channel, meter in found["mbus"].items()
            if "type" in meter
        }
        assert digits(meters) == digits(expected.mbus(document))


def test_the_folder_has_what_these_tests_are_about() -> None:
    assert sum(is_good(file) for file in BELGIAN) >= 15
    assert sum(not is_good(file) for file in BELGIAN) >= 5
