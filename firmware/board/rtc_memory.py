"""The 2 KB of memory that a reset leaves alone, shared out: the running quarter first, a crash report behind it.

What power-off leaves there is not to be believed: each part has a check of its own. `board.report` is the report that
waits, so that a quarter, kept every few seconds, need not look for it; None: nobody has looked since the start.
"""

from micropython import const

_QUARTER = const(768)  # bytes of a quarter's block, see demand/quarter.py


def kept_quarter(board):
    """The quarter's block, as it was kept last."""
    return board.memory()[:_QUARTER]


def keep_quarter(board, block):
    """Keep a quarter's block; the report stays."""
    if board.report is None:
        board.report = kept_report(board)
    board.memory(bytes(block) + board.report if board.report else block)


def kept_report(board):
    """The crash report, b"" when none waits."""
    return board.memory()[_QUARTER:]


def keep_report(board, report):
    """Keep a crash report, b"" to let it go; the quarter stays."""
    block = kept_quarter(board)
    board.memory(block + bytes(_QUARTER - len(block)) + report)
    board.report = report
