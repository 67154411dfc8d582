"""Crash reports: kept in the memory that a reset leaves alone, and moved to flash by a later start.

A report is a line that says what happened and the places in the code where. It has no values: one could be a secret.
Loaded while used.
"""

import io
import struct
import sys
from micropython import const

from board.rtc_memory import keep_report, kept_report
from meter.crc import crc16
from meter.timestamp import civil
from overlay import load
from version import VERSION

read_json = load("board.flash_json").read_json
write_json = load("board.flash_json").write_json

_FILE = const("crash.json")
_MAGIC = const(b"P1")
_LONGEST = const(1000)  # bytes of a report
# Errors whose own words are about the code or the system, and never hold what somebody typed.
_PLAIN = (OSError, MemoryError, AttributeError, NameError, ImportError, TypeError)


def words(error):
    """An exception in words that hold no values of its own."""
    kind = type(error).__name__
    return "%s: %s" % (kind, error) if isinstance(error, _PLAIN) else kind


def places(error):
    """The places in the code of an exception, the call that failed last."""
    text = io.StringIO()
    sys.print_exception(error, text)
    return "".join(["%s\n" % line for line in text.getvalue().split("\n") if line.startswith("  File ")])


def report(log, name, error):
    """Tell and keep that the task `name` has failed with `error`, or, with None, that it hangs."""
    what = "%s: %s" % (name, words(error)) if error else "%s hangs" % name
    where = places(error) if error else ""
    log.note(what)
    print(where, end="")
    when = "" if log.local_s is None else "%04d-%02d-%02d %02d:%02d:%02d, " % civil(log.local_s)
    # Its places are named as in this version: see build_tool/short_names.py.
    uptime_s = log.board.clock.uptime_s()
    log.crash_line = "%s%d s after the start of %s: %s" % (when, uptime_s, VERSION, what)
    keep(log.board, log.crash_line + "\n" + where)


def keep(board, report):
    """Put a report where the next start finds it, in the place of the one before."""
    body = report.encode()[:_LONGEST]
    keep_report(board, _MAGIC + struct.pack("<H", crc16(body, 0)) + body)


def kept(board):
    """The report that waits in memory, "" when none does: what power-off leaves there is not believed."""
    data = kept_report(board)
    body = data[4:]
    if data[:2] != _MAGIC or not body or struct.unpack("<H", data[2:4])[0] != crc16(body, 0):
        return ""
    return body.decode()


def newest(board):
    """The newest report, "" when there never was one."""
    return kept(board) or read_json(board, _FILE).get("report", "")


def save(board):
    """Move the report that waits to flash."""
    text = kept(board)
    if text:
        write_json(board, _FILE, {"report": text})
        keep_report(board, b"")
