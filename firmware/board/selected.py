"""The board that this firmware runs on: this computer. The build of each board replaces this module."""

from board.host import Board

NAME = "host"  # what update packages for it are called


def create_board():
    """Return the board."""
    return Board()
