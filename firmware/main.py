"""Starts the firmware, and keeps what it ended by."""

import asyncio

from board.selected import create_board
from log import Log
from overlay import load

board = create_board()
try:
    asyncio.run(load("app").create_app(board).supervisor.run())
except KeyboardInterrupt:
    board.leave()
except Exception as error:
    Log(board).fault("start", error)
    raise  # on a board the watchdog starts it again
