"""The tool on Windows, as far as it can be seen from here."""

import subprocess
import sys

from simulator.build import ROOT

ABSENT = ("fcntl", "grp", "pty", "pwd", "resource", "termios", "tty")


def test_building_needs_no_module_that_windows_has_not():
    program = (
        f"import sys; sys.modules.update(dict.fromkeys({ABSENT})); import simulator.build, simulator.card"
    )
    subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=True)
