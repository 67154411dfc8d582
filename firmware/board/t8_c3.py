"""LilyGO TTGO T8 ESP32-C3 V1.1."""

from micropython import const

_PINS = {
    "led": 3,
    "boot": 9,
    "rx": 2,
    "tx": 0,
    "rts": 8,
    "mosi": 7,
    "miso": 5,
    "sck": 4,
    "cs": 6,
    "slot": 2,
}
_RESET_STATE = const(0x60008038)  # RTC_CNTL_RESET_STATE_REG


def facts(_):
    """Return (name, pins, register) as Board in board/esp32.py describes."""
    return "LilyGo TTGO T8 ESP32 C3 V1.1", _PINS, _RESET_STATE
