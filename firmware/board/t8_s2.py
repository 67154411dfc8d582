"""LilyGO TTGO T8 ESP32-S2 V1.1."""

from micropython import const

_PINS = {
    "led": 36,
    "boot": 0,
    "rx": 18,
    "tx": 17,
    "rts": 19,
    "mosi": 11,
    "miso": 13,
    "sck": 12,
    "cs": 10,
    "slot": 3,  # the number of SPI2 in machine.SDCard, because the card is on the pins of SPI2
    "card_power": 14,
}
_RESET_STATE = const(0x3F408038)  # RTC_CNTL_RESET_STATE_REG


def facts(_):
    """Return (name, pins, register) as Board in board/esp32.py describes."""
    return "LilyGo TTGO T8 ESP32 S2 V1.1", _PINS, _RESET_STATE
