"""The report of `firmware prove`, its checks, and the places that name them."""

import re
from pathlib import Path

import pytest

from board_tool import on_board_code, prove, prove_checks
from board_tool.prove_checks import CHECKS, NOT_RUN, OK, OUTSIDE, Check
from board_tool.prove_report import FORM, Findings, render
from build_tool import short_names
from build_tool.bytecode import ROOT

CALLS = (ROOT / "docs/calls.md").read_text()
PROOFS = {
    name
    for line in CALLS.splitlines()
    if line.startswith("| ") and not line.startswith("| Call |")
    for name in re.findall(r"`([a-z_]+(?:\.[a-z_]+)?)`", line.rpartition(" | ")[2])
}


def check(**range_: float) -> Check:
    return Check(of="card.speed", title="Speed", unit="KB/s", why="a guess", **range_)


@pytest.mark.parametrize(
    ("value", "result"), [(50, OK), (49.9, OUTSIDE), (60, OK), (61, OUTSIDE), (None, NOT_RUN)]
)
def test_figure_is_judged_by_its_range(value: float | None, result: str) -> None:
    figures = {"card": {"speed": value}} if value is not None else {}
    assert check(low=50, high=60).judge(figures, {})[0] == result


def test_reason_of_a_measurement_is_that_of_its_checks() -> None:
    assert check(low=1).judge({}, {"card": "there is no card"}) == (NOT_RUN, "there is no card")


def test_range_in_words() -> None:
    assert check(low=1000).expected == "≥ 1,000 KB/s"
    assert check(high=5).expected == "≤ 5 KB/s"
    assert check(low=2, high=2).expected == "2 KB/s"


def test_each_check_of_the_calls_exists_and_each_figure_once() -> None:
    figures = [one.of for one in CHECKS]
    assert len(set(figures)) == len(figures)
    assert PROOFS
    assert {*figures, *(of.partition(".")[0] for of in figures)} >= PROOFS


def test_each_check_that_names_the_calls_is_in_their_table() -> None:
    for one in CHECKS:
        if one.why.startswith("docs/calls.md"):
            assert {one.of, one.of.partition(".")[0]} & PROOFS, one.of


def test_text_of_a_board_gets_into_no_report() -> None:
    findings = Findings()
    findings.take("wifi", {"rssi_dbm": -60, "ssid": "S3cretNet"})  # type: ignore[dict-item]
    findings.name(board="t8_c3", maker="02:00:c3:00:00:01", firmware="0.1.0", chip="S3cretNet")
    text = render(findings)
    assert "S3cretNet" not in text
    assert "00:00:01" not in text
    assert "-60 dBm" in text
    assert findings.facts == {"board": "t8_c3", "firmware": "0.1.0"}


def test_table_survives_in_a_document() -> None:
    rows = [line for line in render(Findings()).splitlines() if line.startswith("|")]
    assert all(row.count("|") == 6 for row in rows)
    for one in CHECKS:
        assert "|" not in one.title + one.why + one.unit


def test_form_of_the_report_exists() -> None:
    assert (ROOT / ".github/ISSUE_TEMPLATE" / FORM.rpartition("=")[2]).is_file()


def test_documents_say_that_no_board_is_proven_yet() -> None:
    table = (ROOT / "docs/hardware.md").read_text().partition("| Board | By | When |")[2]
    assert table.splitlines()[2].startswith("| none yet |")


@pytest.mark.parametrize("path", sorted(on_board_code.FOLDER.glob("*.py")), ids=lambda path: path.stem)
def test_code_for_the_board_has_the_names_of_the_firmware(path: Path) -> None:
    text = on_board_code.translate(path.read_text(), short_names.of_firmware())
    if path.stem == "speed":
        assert "crc16_to_mark" not in text
        assert "from meter" not in text
    assert on_board_code.compile_module(path.stem)[:1] == b"M"


def test_telegrams_differ_in_time_and_power_alone() -> None:
    first, second = (text.splitlines() for text in prove.telegrams())
    assert len(first) == len(second)
    assert sum(one != other for one, other in zip(first, second, strict=True)) == 4  # with the CRC


def test_numbers_are_readable() -> None:
    assert prove_checks.show(1234567) == "1,234,567"
    assert prove_checks.show(1.25) == "1.2"
