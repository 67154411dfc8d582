"""Where the card's filesystem lies among the board's paths."""

from micropython import const

CARD = const("/sd")
