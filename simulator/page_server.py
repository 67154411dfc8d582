"""Server of the web page for its development: it serves the page from its sources."""

import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

from build_tool.page import ESBUILD, OPTIONS, SOURCES
from simulator.board import free_port, port_problem

_PORT = 8000  # if it is free


@contextmanager
def page_from_source(host: str, device: str) -> Iterator[str]:
    """Serve the page from its sources, with the figures of `device` (HOST:PORT); yield its address.

    An open browser reloads the page when a source changes.
    """
    port = _PORT if not port_problem(_PORT, host) else free_port(host)
    server = subprocess.Popen(
        [
            *ESBUILD,
            SOURCES / "main.js",
            SOURCES / "page.css",
            f"--outdir={SOURCES}/built",  # where index.html expects them; nothing is written there
            f"--servedir={SOURCES}",
            f"--serve={host}:{port}",
            "--watch=forever",
            "--sourcemap",
            "--define:DEVELOPING=true",
            "--log-level=warning",
            *OPTIONS,
        ],
        stdin=subprocess.DEVNULL,
        start_new_session=True,  # a script starts esbuild; the signal below must end both
    )
    try:
        yield f"http://localhost:{port}/?device={device}"
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        server.wait()
