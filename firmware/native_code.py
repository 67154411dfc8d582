"""Native code of this chip, in place of the bytecode of the same module. Loaded on demand, at the start.

The build puts native code into one folder for each architecture (build_tool/native_code.py). A board has only the
folder of its own architecture. The board also has the bytecode of all modules, and can start without native code.
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
    except KeyboardInterrupt:  # a person at the cable, and not the chip, has stopped the attempt
        keep_report(board, before)
        raise
    keep_report(board, before)


def crc():
    """Return meter.crc as native code. ImportError if there is none, another exception if the code does not work."""
    architecture = _ARCHITECTURES.split()[sys.implementation._mpy >> 10 & 15]
    # The build shortens the name of a module in a text only if the text contains nothing but this name. Therefore
    # "meter.crc" is a text of its own.
    name = "%s.%s" % (architecture, "meter.crc")
    try:
        native = load(name)
    finally:
        sys.modules.pop(architecture, None)
    if (
        native.crc16_to_mark(b"123456789", 0, 0) != 0x9BB3D
    ):  # result: 9 bytes were read, and their CRC is BB3D
        raise ValueError
    return native
