"""Serves the web page from its sources while somebody works on it."""

import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

from build_tool.page import ESBUILD, OPTIONS, SOURCES
from simulator.board import free_port, port_problem

_PORT = 8000  # where it is free


@contextmanager
def page_from_source(host: str, device: str) -> Iterator[str]:
    """Serve the page from its sources, looking at a device; gives its address.

    A browser that has it open loads it anew when a source changes.
    """
    port = _PORT if not port_problem(_PORT, host) else free_port(host)
    server = subprocess.Popen(
        [
            *ESBUILD,
            SOURCES / "main.js",
            SOURCES / "page.css",
            f"--outdir={SOURCES}/built",  # where index.html looks for them; nothing is written there
            f"--servedir={SOURCES}",
            f"--serve={host}:{port}",
            "--watch=forever",
            "--sourcemap",
            "--define:DEVELOPING=true",
            "--log-level=warning",
            *OPTIONS,
        ],
        stdin=subprocess.DEVNULL,
        start_new_session=True,  # esbuild is started by a script, and goes with it
    )
    try:
        yield f"http://localhost:{port}/?device={device}"
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        server.wait()
