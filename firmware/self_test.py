"""Start-up messages, with the text of the original firmware, and a test of the card. Loaded on demand, at the start."""

from micropython import const

from overlay import load
from version import VERSION

# Largest cluster, in bytes, for which no warning is printed. Each quarter's file occupies at least one cluster, so that
# larger clusters waste much of the card.
_LARGE = const(8192)


def announce(board, log, card):
    """Print and log the name of the board, its pins, and the result of the card test."""
    log.note("Digital meter monitor using board: %s" % board.name)
    log.note("Firmware %s, started by %s" % (VERSION, board.reset_cause))
    pins = board.pins
    if pins:
        print("LED pin: %d" % pins["led"])
        print("Ports used for SD Card communication:")
        print("MOSI: %(mosi)d\nMISO: %(miso)d\nSCK: %(sck)d\nSS: %(cs)d" % pins)
    cluster = card.state == "ok" and load("storage.card_test").check(
        card, "Digital meter monitor %s\n" % VERSION
    )
    if cluster:
        log.note("SD Card sectorsPerCluster  %d" % (cluster // 512))
        if cluster > _LARGE:
            log.note("Clusters of %d KB waste the card: format it with 8 KB" % (cluster // 1024))
        log.note("SD Card OK")
    elif card.state == "absent":
        log.note("No SD Card")
    if pins:
        print("Serial pins used for communication to digital meter:")
        print("RX1: %(rx)d, TX1: %(tx)d, RTS %(rts)d" % pins)
