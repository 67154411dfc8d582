"""Any ESP32, with pins from config.json in the board's flash: {"pins": {"rx": 16, ...}}.

A pin that config.json does not name has a default. The default pins of the card are the pins that Espressif recommends.
"""

from overlay import load

read_json = load("board.flash_json").read_json

_PINS = {
    "led": 2,
    "boot": 0,
    "rx": 16,
    "tx": 17,
    "rts": 4,
    "mosi": 23,
    "miso": 19,
    "sck": 18,
    "cs": 5,
    "slot": 2,
}


def facts(board):
    """Return (name, pins, register) as Board in board/esp32.py describes. If `board` is None, ignore config.json."""
    pins = _PINS.copy()
    given = read_json(board, "config.json").get("pins") if board else None
    for pin in given if isinstance(given, dict) else ():
        if isinstance(given[pin], int):
            pins[pin] = given[pin]
    return "ESP32", pins, None
