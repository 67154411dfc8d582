"""RTC memory: 2 KB that survive a reset. The running quarter's block comes first, a crash report follows.

After a power-off the memory contains random bytes. Therefore the block and the report each contain a check.

A write replaces the whole memory. Therefore each write of the block, every few seconds, also writes the report again,
from the copy `board.report`. This copy is None until the report is first read after a start.
"""

from micropython import const

_QUARTER = const(768)  # bytes for a quarter's block (demand/quarter.py)


def kept_quarter(board):
    """Return the newest stored block of a quarter."""
    return board.memory()[:_QUARTER]


def keep_quarter(board, block):
    """Store a quarter's block. The crash report does not change."""
    if board.report is None:
        board.report = kept_report(board)
    board.memory(bytes(block) + board.report if board.report else block)


def kept_report(board):
    """Return the crash report, b"" without a report."""
    return board.memory()[_QUARTER:]


def keep_report(board, report):
    """Store a crash report. If `report` is b"", remove the old report. The quarter's block does not change."""
    block = kept_quarter(board)
    board.memory(block + bytes(_QUARTER - len(block)) + report)
    board.report = report
