"""scripts/telegram: the firmware's parser reads what the simulator writes, and says what is wrong with the rest."""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from simulator import clock
from simulator.board import ROOT
from simulator.dialect import crc16
from simulator.dialects import DIALECTS
from simulator.telegram_source import simulated_meter, telegrams

START = clock.parse("2026-11-12T18:29:30")
CORPUS = os.environ.get("P1_TELEGRAMS", "")
FILES = sorted(Path(CORPUS).glob("*.txt")) if CORPUS else []
COMMAND = [ROOT / ".venv/bin/micropython", ROOT / "scripts/tools/read_telegram.py"]
GOOD = simulated_meter(start=START).telegram()


def run(*arguments: Path | str, stdin: bytes = b"") -> tuple[int, list[Any], list[str]]:
    """Exit status, the readings, and the lines of stderr."""
    done = subprocess.run([*COMMAND, *arguments], input=stdin, capture_output=True, timeout=30, check=False)
    return (
        done.returncode,
        [json.loads(line) for line in done.stdout.splitlines()],
        done.stderr.decode().splitlines(),
    )


def with_crc(body: bytes) -> bytes:
    return body + b"!%04X\r\n" % crc16(body + b"!")


def test_every_dialect_reads_as_the_meter_means_it(tmp_path: Path) -> None:
    sources = [simulated_meter(name, START, message="Hallo") for name in DIALECTS]
    paths = []
    for source in sources:
        source.advance(700)
        paths.append(tmp_path / f"{source.dialect.name}.txt")
        paths[-1].write_bytes(source.telegram())

    status, readings, complaints = run(*paths)

    assert status == 0
    without_peaks = [source.dialect.name for source in sources if "1-0:1.4.0" not in source.dialect.text]
    assert [Path(line.split(",")[0]).stem for line in complaints] == without_peaks
    assert all("telegram 1: read; without 1-0:1.4.0 the coach" in line for line in complaints)
    for source, reading in zip(sources, readings, strict=True):
        meter, dialect = source.meter, source.dialect
        net = sum(meter.phase_w)
        assert reading["time"] == clock.iso(meter.moment)
        assert round(1000 * reading["energy_import_t1_kwh"]) == meter.import_wh[0]
        assert round(1000 * reading["energy_export_t2_kwh"]) == meter.export_wh[1]
        assert reading["power_import_w"] - reading["power_export_w"] == net
        assert (reading["tariff"], reading["message"]) == (meter.tariff, "Hallo")
        if "1-0:1.4.0" in dialect.text:
            assert meter.peak.end
            assert reading["demand_w"] == meter.demand_w
            assert (reading["peak_w"], reading["peak_end"]) == (meter.peak.power_w, clock.iso(meter.peak.end))
        else:
            assert (reading["demand_w"], reading["peak_w"]) == (None, None)
        if "98.1.0" in dialect.text:
            closed = [month for month in reversed(meter.closed) if month.peak.end]
            assert [month["power_w"] for month in reading["peaks"]] == [
                month.peak.power_w for month in closed
            ]
            assert [month["end"] for month in reading["peaks"]] == [
                clock.iso(month.peak.end or 0) for month in closed
            ]
        assert [(device["channel"], round(1000 * device["volume_m3"])) for device in reading["mbus"]] == [
            (device.channel, device.volume_dm3) for device in meter.devices
        ]


def test_a_file_with_many_telegrams_gives_a_line_for_each(tmp_path: Path) -> None:
    seconds = list(telegrams("sagemcom-t211-50217", START, 40))
    file = tmp_path / "many.txt"
    file.write_bytes(b"the last part of one)\r\n!1234\r\n" + b"\xff\x00".join(seconds))

    status, readings, complaints = run(file)

    assert (status, complaints) == (0, [])
    assert [reading["time"] for reading in readings] == [clock.iso(START + second) for second in range(40)]


def test_standard_input_is_a_file_too() -> None:
    status, readings, _ = run("-", stdin=GOOD)

    assert (status, len(readings)) == (0, 1)


BODY = GOOD[: GOOD.index(b"!")]
DUTCH_2 = (
    b"/ISk5\\2MT382-1004\r\n\r\n1-0:1.8.1(00001.001*kWh)\r\n"
    b"0-1:24.3.0(161107190000)(00)(60)(1)(0-1:24.2.1)(m3)\r\n(00001.001)\r\n!\r\n"
)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (BODY + b"!0000\r\n", f"its CRC is 0000, but the bytes give {crc16(BODY + b'!'):04X}"),
        (GOOD.replace(b"*kWh", b"*kWx", 1), "damaged or was edited"),
        (BODY + b"!\r\n", "there is no CRC"),
        (BODY + b"!XXXX\r\n", "its CRC XXXX is not a hexadecimal number"),
        (BODY, "it is cut"),
        (BODY[:200] + GOOD, "telegram 1: it is cut"),
        (BODY.replace(b"\r\n", b"\n") + b"!0000\n", "its lines end in LF"),
        (b"", "there is no telegram"),
        (b"1-0:1.8.1(000001.000*kWh)\r\n", "there is no telegram"),
        (b"/" + b"x" * 5000 + b"!0000\r\n", "longer than 4096 bytes"),
        (with_crc(b"/FLU5\\253769484_A\r\n\r\n"), "no object in it is known"),
        (b"\xdb\x08sagemcom" + bytes(100), "needs a key"),
        (b"db 08 73 61 67 65 6d 63 6f 6d\n", "needs a key"),
        (DUTCH_2, "Dutch telegram of DSMR 2.2 or 3"),
        (with_crc(b"/LGF5E360\r\n\r\n1-1:1.8.0(00000001.021*kWh)\r\n"), "no object in it is known"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(tmp_path: Path, content: bytes, words: str) -> None:
    file = tmp_path / "sent.txt"
    file.write_bytes(content)

    status, _, complaints = run(file)

    assert status == 1
    assert len(complaints) == 1
    assert complaints[0].startswith(f"telegram: {file}")
    assert words in complaints[0]


DUTCH = with_crc(
    b"/KFM5X\r\n\r\n1-3:0.2.8(50)\r\n0-0:1.0.0(261112182930W)\r\n1-0:1.8.1(006312.401*kWh)\r\n"
    b"1-0:1.7.0(00.000*kW)\r\n"
)


def test_telegram_of_another_country_is_read_and_what_the_coach_lacks_is_said(tmp_path: Path) -> None:
    for content in (DUTCH, with_crc(b"/EST5\\253\r\n\r\n1-0:1.8.0(006545766*Wh)\r\n1-0:1.7.0(360*W)\r\n")):
        file = tmp_path / "foreign.txt"
        file.write_bytes(content)

        status, readings, complaints = run(file)

        assert (status, len(readings), len(complaints)) == (0, 1, 1)
        assert "read; " in complaints[0]
        assert "without 1-0:1.4.0 the coach" in complaints[0]
        assert ("without the clock" in complaints[0]) == (readings[0]["time"] is None)
        assert "without 1-0:1.7.0" not in complaints[0]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be", "utf-16-le"])
def test_file_in_utf_16_is_read(tmp_path: Path, encoding: str) -> None:
    file = tmp_path / "powershell.txt"
    text = GOOD.decode("ascii").encode(encoding)
    mark = {"utf-16-be": b"\xfe\xff", "utf-16-le": b"\xff\xfe"}.get(encoding, b"")
    file.write_bytes(mark + text)

    status, readings, complaints = run(file)

    assert (status, len(readings), complaints) == (0, 1, [])


@pytest.mark.parametrize(
    "content",
    [
        GOOD.replace(b"\r\n", b"\n"),
        b"\r\n".join(line.ljust(80) for line in GOOD.split(b"\r\n")),
        b"\n".join(line.ljust(80) for line in GOOD.split(b"\r\n")),
        GOOD.replace(b"\r\n", b"\r\r\n"),
    ],
)
def test_other_ends_of_lines_are_read_and_said(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "terminal.txt"
    file.write_bytes(content)

    status, readings, complaints = run(file)

    assert (status, len(readings)) == (0, 1)
    assert "read; the ends of its lines are not the meter's" in complaints[0]


def test_slash_inside_a_line_begins_no_telegram(tmp_path: Path) -> None:
    file = tmp_path / "heat.txt"
    file.write_bytes(with_crc(BODY + b"0-3:24.2.1(261112182500W)(00012.345*m3/h)\r\n"))

    status, readings, complaints = run(file)

    assert (status, len(readings), complaints) == (0, 1, [])


def test_a_missing_file_and_a_folder_are_said_and_the_rest_is_read(tmp_path: Path) -> None:
    file = tmp_path / "good.txt"
    file.write_bytes(GOOD)

    status, readings, complaints = run(tmp_path / "none.txt", tmp_path, file)

    assert (status, len(readings), len(complaints)) == (1, 1, 2)
    assert complaints[0].endswith("none.txt: it cannot be read: there is no such file")
    assert complaints[1].endswith("it is a folder")


def test_without_a_file_it_says_how_to_use_it() -> None:
    status, readings, complaints = run()

    assert (status, readings) == (2, [])
    assert complaints[0].startswith("usage: scripts/telegram FILE")


@pytest.mark.skipif(not FILES, reason="P1_TELEGRAMS names no folder with real telegrams")
@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_real_telegrams(file: Path) -> None:
    expected = file.with_name(f"{file.stem}.expected.json")
    accepted = expected.exists() and json.loads(expected.read_bytes())["checksum"] == "accepted"
    # Two that are good but that the library cannot read: an industrial meter, and units without "*".
    accepted |= file.stem.startswith(("be_dsmr3lib_7", "be_openhab_"))

    status, readings, complaints = run(file)

    abroad = not file.stem.startswith("be_")
    if accepted or (abroad and readings):
        assert len(readings) == 1
        assert all("read; " in line or "it is cut" in line for line in complaints)
        assert status == any("it is cut" in line for line in complaints)
    else:
        assert (status, readings) == (1, [])
        assert complaints
