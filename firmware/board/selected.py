"""The board that this firmware runs on: here this computer; the build of each board puts its own in the place of it."""

from board.host import Board

NAME = "host"  # what update packages for it are called


def create_board():
    return Board()
