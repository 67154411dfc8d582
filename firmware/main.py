"""Entry point of the firmware. An exception that ends the firmware is stored as a crash report."""

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
