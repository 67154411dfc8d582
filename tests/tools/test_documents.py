"""The documents: their links lead somewhere, and the index names each of them."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
REPOSITORY = "https://github.com/p1-monitor/p1-monitor"
DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob(".github/**/*.md")])
FORMS = sorted(ROOT.glob(".github/**/*.yml"))

CODE = re.compile(r"^(```|~~~).*?^\1|`[^`\n]*`", re.DOTALL | re.MULTILINE)
LINK = re.compile(r"\]\(\s*([^)\s]+)\s*\)|\b(?:src|href)=\"([^\"]+)\"")
FILE_ON_GITHUB = re.compile(re.escape(REPOSITORY) + r"/(?:blob|tree)/main/([^\s)\"'>]+)")


def headings(text: str) -> set[str]:
    """Return the anchors that GitHub gives to the headings of a document."""
    anchors: set[str] = set()
    text = re.sub(r"^(```|~~~).*?^\1", "", text, flags=re.DOTALL | re.MULTILINE)
    for title in re.findall(r"^#{1,6} +(.*?) *#*$", text, re.MULTILINE):
        shown = re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", title)
        anchor = re.sub(r"[^\w\- ]", "", shown.lower()).replace(" ", "-")
        same = sum(1 for other in anchors if re.fullmatch(rf"{re.escape(anchor)}(-\d+)?", other))
        anchors.add(f"{anchor}-{same}" if same else anchor)
    return anchors


def broken(path: Path, target: str) -> bool:
    """True if a link of this document leads nowhere."""
    name, _, anchor = target.partition("#")
    there = (path.parent / name).resolve() if name else path
    if not there.exists():
        return True
    return bool(anchor) and there.suffix == ".md" and anchor not in headings(there.read_text())


def test_anchors_are_those_of_github() -> None:
    text = "# `day.csv` and [days.csv](x.md)\n## What's it? — No!\n## Names\n```\n# none\n```\n## Names\n"
    assert headings(text) == {"daycsv-and-dayscsv", "whats-it--no", "names", "names-1"}


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_somewhere(path: Path) -> None:
    targets = [one or other for one, other in LINK.findall(CODE.sub("", path.read_text()))]
    local = [target for target in targets if not re.match(r"[a-z]+:", target)]
    assert [target for target in local if broken(path, target)] == []


@pytest.mark.parametrize("path", [*DOCUMENTS, *FORMS], ids=lambda path: str(path.relative_to(ROOT)))
def test_links_to_our_files_on_github_lead_somewhere(path: Path) -> None:
    targets = FILE_ON_GITHUB.findall(path.read_text())
    assert [target for target in targets if broken(ROOT / "README.md", target)] == []


def test_index_names_each_document() -> None:
    index = ROOT / "docs/README.md"
    named = {one for one, _ in LINK.findall(index.read_text())}
    there = {path.name for path in [*ROOT.glob("docs/*.md"), *ROOT.glob("docs/*.yaml")]}
    assert there - {"README.md"} <= named
