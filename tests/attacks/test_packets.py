"""No packet of DNS, mDNS, NTP or SSDP, and no form of the setup portal, raises an error or is answered at length."""

import json
import os
import subprocess
from pathlib import Path

import pytest

from build_tool import bytecode
from simulator.interpreters import MICROPYTHON, MICROPYTHON32
from tests.attacks.firmware import INTERPRETERS, has
from tests.device.storage.conftest import LONG

PACKETS = 200_000 if LONG else 6_000
"""For each interpreter."""


@pytest.mark.timeout(600 if LONG else 60)
@pytest.mark.parametrize("interpreter", INTERPRETERS)
def test_no_packet_raises_an_error_or_is_answered_at_length(interpreter: str):
    has(interpreter)
    bytecode.build()
    command = {
        "micropython": [str(MICROPYTHON)],
        "micropython32": [str(MICROPYTHON32), "-X", "heapsize=128k"],
    }[interpreter]
    done = subprocess.run(
        [*command, Path(__file__).parent / "on_board" / "packets.py", "7", str(PACKETS)],
        env={**os.environ, "MICROPYPATH": f"{bytecode.TARGET}:.frozen"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert json.loads(done.stdout.splitlines()[-1]) == {"tried": PACKETS, "faults": []}
