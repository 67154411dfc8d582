"""The path where the card is mounted."""

from micropython import const

CARD = const("/sd")
