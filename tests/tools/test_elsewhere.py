"""The tool on Windows, as far as it can be seen from here."""

import subprocess
import sys

from build_tool.bytecode import ROOT

ABSENT = ("fcntl", "grp", "pty", "pwd", "resource", "termios", "tty")


def test_building_needs_no_module_that_windows_has_not():
    without = f"import sys; sys.modules.update(dict.fromkeys({ABSENT}))"
    program = f"{without}; from build_tool import bytecode, dashboard_card, release"
    subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=True)
