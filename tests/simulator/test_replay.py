"""Replay sends the files byte for byte."""

from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from simulator import clock
from simulator.replay import Replay, split_telegrams
from simulator.telegram_source import telegrams

THREE = list(telegrams("sagemcom-t211-50217", clock.parse("2026-11-12T18:29:30"), 3))


def sent(replay: Replay, count: int) -> list[bytes]:
    found = []
    for _ in range(count):
        found.append(replay.telegram())
        replay.advance(1)
    return found


def test_a_file_with_several_telegrams_is_sent_one_a_second_and_repeated(tmp_path: Path) -> None:
    file = tmp_path / "three.txt"
    file.write_bytes(b"".join(THREE))

    assert sent(Replay.from_files([file]), 7) == [*THREE, *THREE, THREE[0]]


def test_several_files_follow_each_other(tmp_path: Path) -> None:
    paths = [tmp_path / f"{number}.txt" for number in range(2)]
    for path, telegram in zip(paths, THREE, strict=False):
        path.write_bytes(telegram)

    assert sent(Replay.from_files(paths), 2) == THREE[:2]


def test_the_stamp_is_the_telegrams_own() -> None:
    replay = Replay([THREE[2], b"/cut off"])
    assert replay.stamp == "261112182932W"

    replay.advance(1)
    assert replay.stamp == ""


@given(
    st.lists(st.sampled_from([b"/", b"\r\n", b"/A5x\r\n", b"!BB3D\r\n", b"0-0:1.0.0(", b"\xff"]), max_size=12)
)
def test_nothing_is_added_or_lost(pieces: list[bytes]) -> None:
    data = b"".join(pieces)

    assert b"".join(split_telegrams(data)) == data


@pytest.mark.parametrize("content", [b"", b"no telegram\r\n"])
def test_a_file_without_a_telegram_is_said(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "none.txt"
    file.write_bytes(content)

    with pytest.raises(ValueError, match="contains no telegram"):
        Replay.from_files([file])
