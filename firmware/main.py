"""Starts the firmware, and keeps what it ended by."""

import asyncio

from board.this import NAME, Board
from loading import borrow
from log import Log

board = Board(NAME)
try:
    asyncio.run(borrow("parts", "build")(board).supervisor.run())
except KeyboardInterrupt:
    board.leave()
except Exception as error:
    Log(board).fault("start", error)
    raise  # on a board the watchdog starts it again
