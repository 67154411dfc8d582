"""docs/architecture.md: each `file` : `function` of its walks and tables is in the code."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ARCHITECTURE = (ROOT / "docs/architecture.md").read_text()
FOLDERS = (ROOT, ROOT / "firmware", ROOT / "custom_components/p1_monitor")
STEP = re.compile(r"`([\w/.]+\.(?:py|js))`(?:\s+:\s+`([\w.]+)`)?")


def missing(name: str, function: str) -> str:
    """Return the fault of a step, or nothing if its file has its function."""
    found = [folder / name for folder in FOLDERS if (folder / name).is_file()]
    if not found:
        return f"docs/architecture.md names {name}, which does not exist"
    text = "\n".join(path.read_text() for path in found)
    for part in function.split(".") if function else ():
        if not re.search(rf"\b(def|class|function|const) {part}\b|\bself\.{part} = ", text):
            return f"docs/architecture.md names {part} in {name}, which has none"
    return ""


@pytest.mark.parametrize(("name", "function"), sorted(set(STEP.findall(ARCHITECTURE))))
def test_architecture_names_what_exists(name: str, function: str) -> None:
    assert not missing(name, function)


def test_step_that_does_not_exist_is_named() -> None:
    assert missing("meter/none.py", "") == "docs/architecture.md names meter/none.py, which does not exist"
    assert not missing("meter/framer.py", "Framer.feed")
    assert "unframe in meter/framer.py" in missing("meter/framer.py", "Framer.unframe")
