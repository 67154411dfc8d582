"""A file that is no right package gets one clear answer and changes nothing that runs or starts."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from build_tool import package
from build_tool.package import Package
from simulator import package_keys as keys
from tests.device.update.conftest import tiny_firmware

NEW = tiny_firmware("new")
ALL = NEW.content()
BROKEN = "This is not an update package, or it is incomplete"


def with_head(**changed: object) -> bytes:
    head, _, rest = ALL.partition(b"\n")
    fields = json.loads(head + b"]}")
    return json.dumps({**fields, **changed})[:-2].encode() + b"\n" + rest


def with_files(files: dict[str, bytes]) -> bytes:
    return Package("new", "t8_c3", files).content()


def with_more(name: str) -> bytes:
    """A package that has a file of this name too."""
    return tiny_firmware("new", {name: b"x"}).content()


class Modest(Package):
    """A package that needs more room than it says, so that the flash is found to be full while files are written."""

    room = 0


BIG = {**NEW.files, "big": bytes(300_000)}
CASES: dict[str, tuple[bytes, int | None, int, str]] = {
    "wrong board": (
        replace(NEW, board="t8_s2").content(),
        None,
        400,
        "This package is for the board t8_s2; this one is t8_c3",
    ),
    "newer MicroPython": (with_head(micropython=[9, 1, 0]), None, 400, "needs the cable"),
    "other bytecode": (with_head(mpy=7), None, 400, "needs the cable"),
    "other format": (with_head(format="p1-monitor 2"), None, 400, BROKEN),
    "damaged in a file": (ALL[:-40] + b"x" + ALL[-39:], None, 400, "damaged in page/index.html"),
    "too short": (ALL[:-1], None, 400, BROKEN),
    "too long": (ALL + b"x", None, 400, BROKEN),
    "cut in its first line": (ALL[:50], None, 400, BROKEN),
    "cut in its manifest": (ALL[:300], None, 400, BROKEN),
    "peer leaves in the manifest": (ALL, 300, 400, "did not arrive completely"),
    "peer leaves in a file": (ALL, len(ALL) - 500, 400, "did not arrive completely"),
    "drips": (ALL, None, 400, "did not arrive within 10 minutes"),
    "random bytes": (bytes(range(256)) * 40, None, 400, BROKEN),
    "no line end": (b"a" * 5000, None, 400, BROKEN),
    "JSON, but no manifest": (b'{"a":[\n]}\n', None, 400, BROKEN),
    "JSON, but no object": (b"[[\n]}\n", None, 400, BROKEN),
    "name outside": (tiny_firmware("new", {"../slot.txt": b"b ok"}).content(), None, 400, BROKEN),
    "absolute name": (tiny_firmware("new", {"/slot.txt": b"b ok"}).content(), None, 400, BROKEN),
    "its own manifest": (tiny_firmware("new", {"manifest.json": b"{}"}).content(), None, 400, BROKEN),
    "no main": (with_files({"last.py": b"x"}), None, 400, BROKEN),
    "more files than a firmware has": (
        with_files({"main.py": b"", **{f"{number}.py": b"" for number in range(600)}}),
        None,
        400,
        BROKEN,
    ),
    "name with a backslash": (with_more("..\\x"), None, 400, BROKEN),
    "name with a line end": (with_more("a\nb"), None, 400, BROKEN),
    "name with a NUL": (with_more("x\0"), None, 400, BROKEN),
    "name with a blank": (with_more("a b"), None, 400, BROKEN),
    "name of others": (with_more("é.py"), None, 400, BROKEN),
    "MicroPython of texts": (with_head(micropython=["x"]), None, 400, BROKEN),
    "MicroPython of lists": (with_head(micropython=[[1]]), None, 400, BROKEN),
    "MicroPython of null": (with_head(micropython=None), None, 400, BROKEN),
    "bytecode of nothing": (with_head(mpy=None), None, 400, "needs the cable"),
    "version of a number": (with_head(version=5), None, 400, BROKEN),
    "version with a line end": (with_head(version="1\n2"), None, 400, BROKEN),
    "version of nothing": (with_head(version=""), None, 400, BROKEN),
    "room of a text": (with_head(room="x"), None, 400, BROKEN),
    "room of a list": (with_head(room=[]), None, 400, BROKEN),
    "size of no file": (ALL.replace(b'"last.py",', b'"last.py",-'), None, 400, BROKEN),
    "says that it has no room": (with_head(room=1 << 30), None, 507, "No room in the flash"),
    "more than it says": (keys.signed(Modest("new", "t8_c3", BIG, 1)).content(), None, 507, "No room"),
    "too large": (bytes((1 << 20) + 1), None, 413, "at most 1048576 bytes"),
}
# These are found out when the other folder, which does not run, has been begun.
LATE = ("damaged in a file", "peer leaves in a file", "drips", "more than it says")


@pytest.fixture
def answers(on_board: Callable[..., Any], packages: tuple[Path, Path], tmp_path: Path) -> dict[str, Any]:
    files = []
    for number, (name, (content, ends_at, _, _)) in enumerate(CASES.items()):
        path = tmp_path / f"{number}.p1"
        path.write_bytes(content)
        files.append([name, str(path), ends_at])
    (tmp_path / "cases.json").write_text(json.dumps(files))
    return dict(on_board("refusals.py", tmp_path / "cases.json", packages[0], 56))


def test_what_is_wrong_is_told_and_the_old_version_runs_on(answers: dict[str, Any]) -> None:
    for name, (_, _, status, why) in CASES.items():
        answer = answers[name]
        assert (answer["status"], answer["started"]) == (status, ["old"]), name
        assert why in answer["why"], name
        assert answer["running_is_as_before"], name
        assert answer["other_is_as_before"] or name in LATE, name
        assert answer["largest_read"] <= 512, name
        if name != "too large":  # which is refused before it begins
            assert (answer["state"], answer["error"]) == ("failed", answer["why"]), name


def test_manifest_is_json_as_a_whole_and_line_by_line() -> None:
    manifest = NEW.manifest()
    whole = json.loads(manifest)
    assert whole["version"] == "new"
    assert [row[0] for row in whole["files"]] == ["signatures", *sorted(NEW.files)]
    assert max(len(line) for line in manifest.splitlines()) < 256
    files = {**NEW.files, "signatures": NEW.signatures}
    assert manifest + b"".join(files[row[0]] for row in whole["files"]) == ALL


def test_signed_part_is_the_manifest_without_the_line_of_the_signatures() -> None:
    lines = NEW.manifest().splitlines(keepends=True)
    assert lines.pop(1).startswith(b'["signatures",')
    assert b"".join(lines) == NEW.signed_part() == NEW.signed(b"").manifest()


def test_room_is_what_files_and_signatures_take_at_most() -> None:
    tiny = package.Package("1", "t8_c3", {"a/b": b"x", "c": bytes(4097)})
    assert tiny.room == (1 + 2 + 1) * 4096 + 3 * 8192
