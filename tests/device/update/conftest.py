"""Packages of a tiny firmware, and MicroPython to run what a board does with them."""

import json
import os
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from build_tool import bytecode
from build_tool.package import Package
from build_tool.signatures import KEYS_FILE
from simulator import package_keys as keys
from simulator.interpreters import MICROPYTHON, MICROPYTHON32

INTERPRETERS = {
    "micropython": [str(MICROPYTHON)],
    "micropython32": [str(MICROPYTHON32)],
}
SCRIPTS = Path(__file__).parent / "on_board"


@pytest.fixture(autouse=True)
def _sockets_are_allowed(socket_enabled: None) -> None:
    """Home Assistant's test plugin forbids sockets to every test; these ones are about them."""


def tiny_firmware(name: str, more: Mapping[str, bytes] | None = None) -> Package:
    """A signed firmware that says its name when it starts, if all of its files are there and are its own."""
    files = {
        "main.py": b"import record\nfrom part.one import NAME\nimport part.two, last\n"
        b"assert part.two.NAME == last.NAME == NAME\nrecord.started.append(NAME)\n",
        "part/one.py": f"NAME = {name!r}\n".encode(),
        "part/two.py": f"NAME = {name!r}\n".encode(),
        "last.py": f"NAME = {name!r}\n".encode(),
        "page/index.html": (name.encode() * 3000)[:7000],
        **(more or {}),
    }
    return keys.signed(Package(name, "t8_c3", files, build=1))


@pytest.fixture
def packages(tmp_path: Path) -> tuple[Path, Path]:
    """The packages "old" and "new"."""
    paths = (tmp_path / "old.p1", tmp_path / "new.p1")
    for path in paths:
        path.write_bytes(tiny_firmware(path.stem).content())
    return paths


@pytest.fixture(params=INTERPRETERS)
def on_board(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[..., Any]:
    """Runs a script of the folder board under MicroPython and gives what it printed last, as JSON."""
    command = INTERPRETERS[request.param]
    if not Path(command[0]).exists():
        pytest.skip(f"no {request.param} here; scripts/setup says why")
    bytecode.build()
    keys.put_on(tmp_path)

    def run(script: str, *arguments: object, heap: str = "8m", **environment: str) -> Any:
        done = subprocess.run(
            [*command, "-X", f"heapsize={heap}", str(SCRIPTS / script), *map(str, arguments)],
            cwd=bytecode.ROOT,
            env={
                **os.environ,
                "MICROPYPATH": f"{bytecode.TARGET}:{SCRIPTS}:.frozen",
                "P1_KEYS": str(tmp_path / KEYS_FILE),
                **environment,
            },
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return json.loads(done.stdout.splitlines()[-1])

    return run
