"""Report of `firmware prove`: a document for a GitHub issue, with a table for people and the figures for programs."""

import json
import re
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from board_tool.prove_checks import CHECKS, NOT_RUN, OUTSIDE, Figures
from build_tool.bytecode import ROOT

FOLDER = ROOT / "build" / "reports"
FORM = "https://github.com/p1-monitor/p1-monitor/issues/new?template=proven_board.yml"
_MARKS = {OUTSIDE: "**outside**"}
# The facts that a report may contain, with the characters that each may have. Nothing else of a board is text.
_FACTS = {
    "board": r"[a-z0-9_]+",
    "chip": r"ESP32\w*|linux",
    "micropython": r"[\d.]+",
    "firmware": r"[\w.+-]+",
    "maker": r"([0-9a-f]{2}:){2}[0-9a-f]{2}",
}


@dataclass
class Findings:
    """Findings about a board: `facts` name it, `reasons` has the reason of each measurement that could not run."""

    facts: dict[str, str] = field(default_factory=dict)
    figures: Figures = field(default_factory=dict)
    reasons: dict[str, str] = field(default_factory=dict)

    def take(self, measurement: str, figures: dict[str, float]) -> None:
        """Add the figures of a measurement. Only numbers are taken, because a text could be a secret."""
        self.figures[measurement] = {
            name: float(value) if isinstance(value, float) else int(value)
            for name, value in figures.items()
            if isinstance(value, int | float)
        }

    def name(self, **facts: str) -> None:
        """Add facts about the board. A fact that does not look as it should is left out."""
        for name, value in facts.items():
            if re.fullmatch(_FACTS[name], value):
                self.facts[name] = value


def render(findings: Findings) -> str:
    """Return the report as Markdown."""
    rows = [(check, *check.judge(findings.figures, findings.reasons)) for check in CHECKS]
    count = Counter(result for _, result, _ in rows)
    facts = findings.facts
    lines = [
        f"# Board report: {facts.get('board', 'unknown board')}, firmware {facts.get('firmware', 'unknown')}",
        "",
        f"{count['ok']} checks ok, {count[OUTSIDE]} outside, {count[NOT_RUN]} could not run.",
        "",
        "The report contains figures only: no name or password of a network, no token, no IP address, no number"
        " of a meter, and only the maker's half of the board's MAC address.",
        "",
        *(f"- {name}: {value}" for name, value in facts.items()),
        "",
        "| check | measured | expected | result | expected because of |",
        "|---|---:|---:|---|---|",
    ]
    lines += [
        f"| {check.title} | {shown} | {check.expected} | {_MARKS.get(result, result)} | {check.why} |"
        for check, result, shown in rows
        if result != NOT_RUN
    ]
    missing = [(check, reason) for check, result, reason in rows if result == NOT_RUN]
    if missing:
        lines += ["", "Could not run:", ""]
        lines += [f"- {check.title}: {reason}" for check, reason in missing]
    raw = {
        "format": "p1-monitor board report 1",
        "date": time.strftime("%Y-%m-%d"),
        "facts": facts,
        "figures": findings.figures,
        "reasons": findings.reasons,
    }
    lines += ["", "<details><summary>The figures as JSON</summary>", "", "```json"]
    lines += [json.dumps(raw, indent=1), "```", "", "</details>", ""]
    return "\n".join(lines)


def write(findings: Findings) -> Path:
    """Write the report, and return its path."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    board = findings.facts.get("board", "board")
    path = FOLDER / f"{board}-{time.strftime('%Y%m%d-%H%M%S')}.md"
    path.write_text(render(findings), encoding="utf-8")
    return path
