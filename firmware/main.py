"""Starts the firmware, and keeps what it ended by."""

import asyncio

from board.selected import create_board
from loading import load
from log import Log

board = create_board()
try:
    asyncio.run(load("parts").build(board).supervisor.run())
except KeyboardInterrupt:
    board.leave()
except Exception as error:
    Log(board).fault("start", error)
    raise  # on a board the watchdog starts it again
