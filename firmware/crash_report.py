"""Crash reports: stored in RTC memory, which survives a reset, and moved to flash once the board has run for a minute.

A report has a line with the exception, and a line for each call in the traceback. A report contains no values of the
program, because a value could be a secret. Loaded on demand.
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
_LONGEST = const(1000)  # maximum length of a report in bytes
# The messages of these exceptions are about the code or the system, and never contain text that a user typed.
_PLAIN = (OSError, MemoryError, AttributeError, NameError, ImportError, TypeError)


def words(error):
    """Return the name of an exception, followed by its message if the message cannot contain a secret."""
    kind = type(error).__name__
    return "%s: %s" % (kind, error) if isinstance(error, _PLAIN) else kind


def places(error):
    """Return the calls in the traceback of an exception, one line each. The call that failed comes last."""
    text = io.StringIO()
    sys.print_exception(error, text)
    return "".join(["%s\n" % line for line in text.getvalue().split("\n") if line.startswith("  File ")])


def report(log, name, error):
    """Print and store a crash report. The task `name` failed with `error`, or hangs if `error` is None.

    The report of a failed HTTP request is stored only if there is no other report. Otherwise any client could replace a
    report by a request that fails.
    """
    what = "%s: %s" % (name, words(error)) if error else "%s hangs" % name
    where = places(error) if error else ""
    log.note(what)
    print(where, end="")
    if name == "request" and newest(log.board):
        return
    when = "" if log.local_s is None else "%04d-%02d-%02d %02d:%02d:%02d, " % civil(log.local_s)
    # The names in a board's traceback are shortened. `scripts/firmware explain` restores the names of the sources
    # (build_tool/short_names.py).
    uptime_s = log.board.clock.uptime_s()
    log.crash_line = "%s%d s after the start of %s: %s" % (when, uptime_s, VERSION, what)
    keep(log.board, log.crash_line + "\n" + where)


def keep(board, report):
    """Replace the crash report in RTC memory, where the next start finds the new report."""
    body = report.encode()
    if len(body) > _LONGEST:
        # Cut the report after a whole line. A cut within a character would leave bytes that cannot be decoded.
        body = body[: body.rfind(b"\n", 0, _LONGEST) + 1]
    keep_report(board, _MAGIC + struct.pack("<H", crc16(body, 0)) + body)


def kept(board):
    """Return the crash report in RTC memory, "" without a report.

    After a power-off, RTC memory contains random bytes. A wrong CRC shows that these bytes are no report.
    """
    data = kept_report(board)
    body = data[4:]
    if data[:2] != _MAGIC or not body or struct.unpack("<H", data[2:4])[0] != crc16(body, 0):
        return ""
    return body.decode()


def newest(board):
    """Return the newest crash report, "" if no report was ever stored."""
    return kept(board) or read_json(board, _FILE).get("report", "")


def save(board):
    """Move the crash report from RTC memory to flash."""
    text = kept(board)
    if text:
        write_json(board, _FILE, {"report": text})
        keep_report(board, b"")
