"""log.py and crash_report.py: what is kept of what went wrong, within bounds and without secrets."""

import crash_report
from board.clock import Clock
from board.rtc_memory import keep_quarter, kept_quarter
from demand.quarter import Quarter
from log import Log
from version import VERSION

QUARTER = 768  # bytes that are the running quarter's


class Board:
    """A board whose memory survives, and whose flash has nothing."""

    flash = "/nowhere"
    report = None

    def __init__(self):
        self.clock = Clock()
        self.held = b""

    def memory(self, data=None):
        if data is not None:
            self.held = data
        return self.held


def raised(error):
    try:
        raise error
    except Exception as found:
        return found


def test_log_keeps_the_newest_lines():
    log = Log(Board())
    for number in range(50):
        log.note("line %d" % number)
    assert log.lines[-1] == "line 49"
    assert len(log.lines) == 20


def test_line_is_cut_and_the_same_one_is_kept_once():
    log = Log(Board())
    log.note("x" * 1000)
    assert len(log.lines[0]) == 120
    for _ in range(10):
        log.note("again")
    assert len(log.lines) == 2


def test_report_names_the_places_and_no_values():
    log = Log(Board())
    log.fault("web", raised(ValueError("secret")))
    report = crash_report.newest(log.board)
    assert "web: ValueError\n" in report
    assert "  File " in report
    assert "secret" not in report


def test_words_of_errors_that_hold_no_values_are_kept():
    assert crash_report.words(OSError(5)) == "OSError: [Errno 5] EIO"
    assert crash_report.words(MemoryError("allocating 512 bytes")) == "MemoryError: allocating 512 bytes"
    assert crash_report.words(KeyError("secret")) == "KeyError"


def test_newest_report_is_known_to_the_next_start():
    board = Board()
    Log(board).fault("reader", None)
    log = Log(board)
    assert log.crash_line == "0 s after the start of %s: reader hangs" % VERSION


def test_report_has_the_meters_time_once_it_is_known():
    board = Board()
    log = Log(board)
    log.local_s = 60
    log.fault("reader", None)
    assert log.crash_line == "2000-01-01 00:01:00, 0 s after the start of %s: reader hangs" % VERSION


def test_memory_that_was_damaged_is_no_report():
    board = Board()
    Log(board).fault("reader", None)
    whole = board.held
    for at in range(QUARTER, len(whole)):
        board.held = whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :]
        assert crash_report.kept(board) == ""
    for length in range(len(whole)):
        board.held = whole[:length]
        assert crash_report.kept(board) == ""


def test_long_report_fits_into_memory():
    board = Board()
    first, line = "x" * 99 + "\n", "é" * 49 + "\n"
    crash_report.keep(board, first + 50 * line)  # byte 1000 is inside a character
    assert len(board.held) <= 2048
    assert crash_report.kept(board) == first + 9 * line


def test_report_and_running_quarter_share_the_memory():
    board = Board()
    block = Quarter().block
    keep_quarter(board, block)
    crash_report.keep(board, "reader hangs")
    block[0] = 7
    keep_quarter(board, block)
    assert crash_report.kept(board) == "reader hangs"
    assert kept_quarter(board) == bytes(block)
    crash_report.keep(board, "web hangs")
    assert (crash_report.kept(board), kept_quarter(board)) == ("web hangs", bytes(block))


def test_report_that_waits_is_found_by_the_first_quarter():
    board = Board()
    crash_report.keep(board, "reader hangs")
    board.report = None  # a reset
    keep_quarter(board, Quarter().block)
    assert crash_report.kept(board) == "reader hangs"


def test_report_of_a_request_replaces_no_other():
    board = Board()
    log = Log(board)
    log.fault("request", raised(KeyError()))
    assert "request: KeyError" in crash_report.kept(board)
    log.fault("reader", raised(ValueError()))
    log.fault("request", raised(TypeError("x")))
    assert "reader: ValueError" in crash_report.kept(board)
    assert "reader: ValueError" in log.crash_line
    assert log.lines[-1] == "request: TypeError: x"
