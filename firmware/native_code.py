"""Native code of this chip, in place of the bytecode of the same module. Loaded on demand, at the start.

The build puts native code into folders named after architectures (build_tool/native_code.py). A board has the folder of
its own architecture only, and the bytecode of all modules. So the board starts also without native code.
"""

import sys
from micropython import const

from board.rtc_memory import keep_report, kept_report
from overlay import load
from version import VERSION

# The architectures by their numbers in .mpy files (MicroPython, py/persistentcode.h).
_ARCHITECTURES = const("- x86 x64 - - - - - - - xtensawin rv32imc")


def use(board, note):
    """Use the native code of the CRC from now on, if this board has such code and the code works.

    A chip that cannot run the code may crash. Therefore a crash report is in RTC memory during the attempt. After a
    crash, the next start finds this report and uses the bytecode.
    """
    crash_report = load("crash_report")
    report = "Native code stopped a start of %s" % VERSION
    if crash_report.newest(board).startswith(report):
        return
    before = kept_report(board)
    crash_report.keep(board, report + "\n")
    try:
        sys.modules["meter.crc"] = crc()
    except ImportError:
        pass  # this board has no native code
    except Exception as error:
        note("Native code does not work: %r" % error)
    keep_report(board, before)


def crc():
    """Return meter.crc as native code. Raise ImportError without one, another exception if it does not work."""
    architecture = _ARCHITECTURES.split()[sys.implementation._mpy >> 10 & 15]
    # Write "meter.crc" as a separate text, because the build shortens a module's name only if it is the whole text.
    name = "%s.%s" % (architecture, "meter.crc")
    try:
        native = load(name)
    finally:
        sys.modules.pop(architecture, None)
    if native.crc16_to_mark(b"123456789", 0, 0) != 0x9BB3D:  # nine bytes with the CRC BB3D
        raise ValueError
    return native
