"""The board that this firmware runs on: here this computer; the build of each board has its own line instead."""

from board.host import Board

__all__ = ("NAME", "Board")
NAME = "host"  # what update packages for it are called
