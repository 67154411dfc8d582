"""Server of the web page for developers. It serves the page from its sources."""

import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

from build_tool.page import ESBUILD, OPTIONS, SOURCES
from simulator.board import free_port, port_problem

_PORT = 8000  # port of the page, unless another program uses this port


@contextmanager
def page_from_source(host: str, device: str) -> Iterator[str]:
    """Serve the web page from its sources, with the data of `device` (HOST:PORT). Yield the URL of the page.

    A browser that shows the page loads the page again when a source changes.
    """
    port = _PORT if not port_problem(_PORT, host) else free_port(host)
    server = subprocess.Popen(
        [
            *ESBUILD,
            SOURCES / "main.js",
            SOURCES / "page.css",
            # index.html expects the built files in this folder. esbuild serves the files and does not write them.
            f"--outdir={SOURCES}/built",
            f"--servedir={SOURCES}",
            f"--serve={host}:{port}",
            "--watch=forever",
            "--sourcemap",
            "--define:DEVELOPING=true",
            "--log-level=warning",
            *OPTIONS,
        ],
        stdin=subprocess.DEVNULL,
        # Make a new process group. The signal below must end both esbuild and the script that starts esbuild.
        start_new_session=True,
    )
    try:
        yield f"http://localhost:{port}/?device={device}"
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        server.wait()
