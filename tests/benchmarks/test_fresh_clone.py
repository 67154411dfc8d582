"""Each group of scripts/bench runs in a clone in which nothing but the build has run before."""

import re
import shutil
import subprocess
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pytest

from benchmarks.__main__ import GROUPS
from simulator.board import ROOT

# What scripts/setup makes, so that nothing is downloaded.
TOOLS = (".venv", ".tools", "node_modules")
PYTHON = ".venv/bin/python"
BUILD = "from build_tool import bytecode; bytecode.build()"


def clone(folder: Path) -> None:
    """Copy the files that a clone has, as they are here, into a new folder, and link the tools."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode:
        pytest.skip("this is no clone of git, which alone knows the files of one")
    for name in filter(None, listed.stdout.split("\0")):
        if (source := ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(source, folder / name)
    for name in TOOLS:
        (folder / name).symlink_to(ROOT / name)


def bench(built: Path, group: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run the short form of a group in a clone of its own, a copy of the one that was built."""
    shutil.copytree(built, folder, symlinks=True, dirs_exist_ok=True)
    return subprocess.run(
        [folder / PYTHON, "-m", "benchmarks", "--short", group],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )


@pytest.fixture(scope="module")
def runs(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[dict[str, Future[subprocess.CompletedProcess[str]]]]:
    """Run all groups, two at a time and the longest, which is the last, first.

    scripts/bench begins with the build, which is the same for all groups.
    """
    built = tmp_path_factory.mktemp("built")
    clone(built)
    done = subprocess.run(
        [built / PYTHON, "-c", BUILD], cwd=built, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    with ThreadPoolExecutor(2) as pool:
        yield {
            group: pool.submit(bench, built, group, tmp_path_factory.mktemp(group))
            for group in reversed(GROUPS)
        }
        pool.shutdown(cancel_futures=True)


@pytest.mark.timeout(900)  # a group waits for the others
@pytest.mark.parametrize("group", GROUPS)
def test_group_runs_in_a_fresh_clone(
    runs: dict[str, Future[subprocess.CompletedProcess[str]]], group: str
) -> None:
    run = runs[group].result()

    failed = re.findall(rf"^bench: {group}: (.*)", run.stderr, re.MULTILINE)
    not_set_up = [reason for reason in failed if "scripts/setup" in reason or "git fetch" in reason]
    assert failed == not_set_up, run.stderr
    if not_set_up and f"{group}." not in run.stdout:
        pytest.skip(not_set_up[0])
    assert run.returncode == bool(failed), run.stderr
    assert f"\n{group}." in run.stdout
