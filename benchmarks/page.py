"""The web page: its size, the time to a live figure, Lighthouse's scores, and the cost of an open page.

The board has the heap that is the limit for the whole product. The page stays open for a minute, or with
PAGE_SECONDS=3600 in the environment for an hour.
"""

import json
import os
import statistics
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Error, Page, sync_playwright

from benchmarks.figures import NONE, BenchmarkError, Figure
from build_tool import bytecode
from simulator.board import Board, BoardError
from simulator.clock import moment
from simulator.p1_port import P1Port
from simulator.telegram_source import simulated_meter

INTERPRETER = "micropython32"
HEAP = "122k"
LOADS = 5
SECONDS = int(os.environ.get("PAGE_SECONDS", "60"))
_SETTLE_S = 60  # until the browser has compiled what runs each second
_CHROMIUM = bytecode.ROOT / ".tools/bin/chromium"
_LIGHTHOUSE = bytecode.ROOT / ".tools/lighthouse/node_modules/.bin/lighthouse"
_ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
_PHONE = {"width": 390, "height": 844}
# Sets window.liveAt when the first figure is on the screen, in ms since the page was requested.
_WATCH = """
new MutationObserver((_, observer) => {
  if (!/\\d/.test(document.querySelector(".hero .figure")?.textContent ?? "")) return;
  observer.disconnect();
  requestAnimationFrame(() => setTimeout(() => { window.liveAt = performance.now(); }));
}).observe(document, { subtree: true, childList: true, characterData: true });
"""


@contextmanager
def board() -> Iterator[Board]:
    """Run the firmware in a board's heap until it has read telegrams, and yield the board."""
    source = simulated_meter(start=moment(2026, 11, 12, 18, 33, 0))
    with (
        tempfile.TemporaryDirectory(prefix="p1-page-") as folder,
        P1Port(source) as line,
        Board(line, card=Path(folder), small=True, compiled=True, heapsize=HEAP) as running,
    ):
        time.sleep(3)
        yield running


def first_figures(browser: Browser, url: str, loads: int) -> tuple[float, int]:
    """Return the median seconds until a live figure is on the screen, and the largest number of requests for it."""
    times, most = [], 0
    for _ in range(loads):
        context = browser.new_context(locale="nl-BE", viewport=_PHONE)  # type: ignore[arg-type]
        page = context.new_page()
        page.add_init_script(_WATCH)
        asked: list[str] = []
        page.on("request", lambda request, asked=asked: asked.append(request.url))
        page.goto(url)
        page.wait_for_function("() => window.liveAt")
        most = max(most, sum(url.startswith("http") for url in asked))
        times.append(page.evaluate("window.liveAt") / 1000)
        context.close()
    return statistics.median(times), most


def staying_open(browser: Browser, url: str, settle_s: int, seconds: int) -> tuple[float, float]:
    """Return the browser's percentage of a core and the growth of the page's memory in bytes, over `seconds`."""
    page = browser.new_context(locale="nl-BE", viewport=_PHONE).new_page()  # type: ignore[arg-type]
    page.goto(url)
    page.wait_for_timeout(settle_s * 1000)
    cpu_s, heap, began = _cpu_s(browser), _heap_bytes(page), time.monotonic()
    page.wait_for_timeout(seconds * 1000)
    passed_s = time.monotonic() - began
    return 100 * (_cpu_s(browser) - cpu_s) / passed_s, max(0, _heap_bytes(page) - heap)


def _cpu_s(browser: Browser) -> float:
    """Return the CPU time of all of the browser's processes in seconds."""
    found = browser.new_browser_cdp_session().send("SystemInfo.getProcessInfo")
    return float(sum(process["cpuTime"] for process in found["processInfo"]))


def _heap_bytes(page: Page) -> int:
    """Return the size of all objects that the page keeps, without compiled code, which the browser decides about."""
    session = page.context.new_cdp_session(page)
    chunks: list[str] = []
    session.on("HeapProfiler.addHeapSnapshotChunk", lambda event: chunks.append(event["chunk"]))
    session.send("HeapProfiler.takeHeapSnapshot", {"reportProgress": False})
    found = json.loads("".join(chunks))
    meta = found["snapshot"]["meta"]
    width, kind, size = (
        len(meta["node_fields"]),
        meta["node_fields"].index("type"),
        meta["node_fields"].index("self_size"),
    )
    code = meta["node_types"][0].index("code")
    nodes = found["nodes"]
    return sum(nodes[at + size] for at in range(0, len(nodes), width) if nodes[at + kind] != code)


def lighthouse(url: str) -> dict[str, float]:
    """Return scores of 0 to 100 by category, on the mobile profile."""
    with tempfile.NamedTemporaryFile(suffix=".json") as report:
        done = subprocess.run(
            [
                _LIGHTHOUSE,
                url,
                "--quiet",
                "--output=json",
                f"--output-path={report.name}",
                "--only-categories=performance,accessibility,best-practices",
                "--max-wait-for-load=15000",  # because Lighthouse waits for the stream, which never ends
                "--chrome-flags=--headless=new --no-sandbox --disable-gpu --lang=en-GB",
            ],
            env={**os.environ, "CHROME_PATH": str(_CHROMIUM), "LANG": "en_GB.UTF-8"},
            capture_output=True,
            text=True,
            check=False,
            timeout=180,
        )
        if done.returncode:
            raise BenchmarkError(f"Lighthouse: {(done.stderr or done.stdout).strip().splitlines()[0]}")
        categories: dict[str, Any] = json.loads(Path(report.name).read_text())["categories"]
    return {name: 100 * category["score"] for name, category in categories.items()}


def _need(program: Path) -> None:
    """Raise BenchmarkError if this program has not been set up."""
    if not program.exists():
        raise BenchmarkError(
            f"there is no {program.relative_to(bytecode.ROOT)}; scripts/setup --bench says why"
        )


def measure(short: bool = False) -> Iterator[Figure]:
    """Yield the figures of this group. `short` runs all of its code in a few seconds."""
    yield Figure(
        key="page.compressed_bytes",
        value=(bytecode.TARGET / "page/index.html.gz").stat().st_size,
        unit="bytes",
        goal=62_000,
        interpreter=NONE,
        what="the whole page as it is sent, charts, words and icons included",
    )
    _need(_CHROMIUM)
    loads, settle_s, seconds = (1, 1, 1) if short else (LOADS, _SETTLE_S, SECONDS)
    try:
        with board() as running, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=str(_CHROMIUM), args=_ARGUMENTS)
            first_s, requests = first_figures(browser, running.url, loads)
            yield Figure(
                key="page.requests_to_live",
                value=requests,
                unit="",
                goal=3,
                what="requests until a live figure",
            )
            yield Figure(
                key="page.first_live_s",
                value=first_s,
                unit="s",
                goal=1.0,
                what=f"until a live figure is on the screen, from a board with a heap of {HEAP}B",
            )
            cpu_percent, growth = staying_open(browser, running.url, settle_s, seconds)
            stay = "an hour" if seconds == 3600 else f"{seconds} s"
            yield Figure(
                key="page.hour_cpu_percent",
                value=cpu_percent,
                unit="%",
                goal=5,
                what=f"of a core, the whole browser, while the page is open for {stay}",
            )
            yield Figure(
                key="page.hour_heap_growth_bytes",
                value=growth,
                unit="bytes",
                goal=100_000,
                what=f"by which the page's memory grows in {stay}",
            )
            browser.close()
            _need(_LIGHTHOUSE)
            scores = lighthouse(running.url)
    except (BoardError, Error, OSError) as error:
        raise BenchmarkError(str(error).splitlines()[0]) from None
    for category, score in scores.items():
        yield Figure(
            key=f"page.lighthouse_{category.replace('-', '_')}",
            value=score,
            unit="",
            goal=95,
            more_is_better=True,
            what="of 100, Lighthouse's mobile profile",
        )
