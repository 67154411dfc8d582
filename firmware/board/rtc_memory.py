"""RTC memory: 2 KB that survive a reset. First the running quarter's block, then a crash report.

After power-off it contains random bytes, so each part has a check. `board.report` caches the crash report, because the
quarter is written every few seconds; it is None until the report was read after a start.
"""

from micropython import const

_QUARTER = const(768)  # bytes for a quarter's block (demand/quarter.py)


def kept_quarter(board):
    """Return the quarter's block as it was last stored."""
    return board.memory()[:_QUARTER]


def keep_quarter(board, block):
    """Store a quarter's block beside the report."""
    if board.report is None:
        board.report = kept_report(board)
    board.memory(bytes(block) + board.report if board.report else block)


def kept_report(board):
    """Return the crash report, b"" without one."""
    return board.memory()[_QUARTER:]


def keep_report(board, report):
    """Store a crash report beside the quarter; b"" removes it."""
    block = kept_quarter(board)
    board.memory(block + bytes(_QUARTER - len(block)) + report)
    board.report = report
