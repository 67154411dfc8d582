"""The board that this firmware runs on: this computer. The build of each board replaces this module."""

from board.host import Board

NAME = "host"  # name of this board in update packages


def create_board():
    """Return the board."""
    return Board()
