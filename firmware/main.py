"""Starts the firmware. If it ends with an exception, a crash report is stored."""

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
    raise  # the watchdog restarts the board
