"""Build of the dashboard card for Home Assistant: one JavaScript module, bundled from the web page's sources."""

from pathlib import Path

from build_tool import page
from build_tool.bytecode import is_stale, write

TARGET = page.ROOT / "custom_components" / "p1_monitor" / "frontend" / "p1-quarter-card.js"
"""The path that the integration serves (custom_components/p1_monitor/dashboard_card.py)."""


def build(target: Path = TARGET) -> Path:
    """Build the dashboard card if it is outdated. SyntaxError if esbuild is missing or cannot compile a source."""
    if any(is_stale(target, source) for source in page.sources("index.html")):
        module = page.bundle(
            "dashboard_card/quarter_card.js", "--format=esm", "--charset=utf8", "--loader:.css=text"
        )
        write(target, module.encode())
    return target
