"""Build of version 0.1.0 in build/first_release. The tools of 0.1.0 make this build once, from the commit of 0.1.0."""

import fcntl
import io
import subprocess
import tarfile
import zlib
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from build_tool.bytecode import ROOT
from build_tool.errors import ToolError

TAG = "v0.1.0"
COMMIT = "b59a22cb56758f1733bd56f504ac0d0d17449bf1"
VERSION = "0.1.0"

_TOOLS = (".venv", ".tools", "node_modules")


class NoHistoryError(ToolError):
    """Error if the commit of 0.1.0 is not in this clone."""


def tree() -> Path:
    """Return the folder that contains the sources of 0.1.0 and the build of 0.1.0.

    In this folder, build/release has the file that HACS installs. build/boards has the firmware and the update package
    for the board "host", which is this computer. NoHistoryError if the clone does not have the commit, ToolError if the
    build fails.
    """
    return once("release", Path(__file__), _make)


def once(name: str, source: Path, make: Callable[[Path], None]) -> Path:
    """Return the folder `name` in the cache. If this folder does not exist yet, call `make` to create it.

    If `source`, the file with the code of `make`, has changed, the folder is created again. If several processes need
    the folder at the same time, the first process creates the folder and the other processes wait.
    """
    cache = ROOT / "build" / "first_release" / f"{_commit()[:12]}-{zlib.crc32(source.read_bytes()):08x}"
    cache.mkdir(parents=True, exist_ok=True)
    folder = cache / name
    with (cache / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            with TemporaryDirectory(prefix=f"{name}-", dir=cache) as part:
                make(Path(part) / "made")
                (Path(part) / "made").rename(folder)
    return folder


def _commit() -> str:
    """Return the id of the commit of 0.1.0: the commit of the tag TAG, or COMMIT if the clone lacks this tag."""
    for name in (TAG, COMMIT):
        done = _git("rev-parse", "-q", "--verify", f"{name}^{{commit}}")
        if done.returncode == 0:
            return done.stdout.decode().strip()
    raise NoHistoryError(
        f"the history of this clone does not reach back to {VERSION}: git fetch --unshallow --tags"
    )


def _git(*arguments: str) -> subprocess.CompletedProcess[bytes]:
    try:
        return subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, check=False)
    except FileNotFoundError:
        raise NoHistoryError("git is missing: install it") from None


def _make(folder: Path) -> None:
    """Build 0.1.0 in `folder` by the tools of 0.1.0, with the programs and packages installed in this clone."""
    archive = _git("archive", "--format=tar", _commit())
    if archive.returncode:
        raise ToolError(archive.stderr.decode())
    with tarfile.open(fileobj=io.BytesIO(archive.stdout)) as file:
        file.extractall(folder, filter="data")
    for name in _TOOLS:
        (folder / name).symlink_to(ROOT / name)
    for arguments in (
        ("-m", "board_tool", "release"),
        ("-c", "from board_tool.build import build; build('host')"),
    ):
        done = subprocess.run(
            [folder / ".venv/bin/python", *arguments], cwd=folder, capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise ToolError(done.stdout + done.stderr)
