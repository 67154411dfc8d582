"""Random faults in telegrams, for the reader; runs under MicroPython.

fuzz.py FILE COUNT SEED

FILE has good telegrams, one after the other. Each of COUNT rounds damages one of them in one to three ways and feeds it
in pieces of random sizes, then feeds a good telegram. Prints as JSON: the rounds, the damaged telegrams that the reader
accepted, and the faults. A fault is an exception, an accepted telegram with a wrong CRC, a good telegram that was not
read, or memory that grew.
"""

import gc
import json
import sys

from meter.framer import Framer
from meter.parser import Parser


class Dice:
    """Random numbers, the same for the same seed on every MicroPython (xorshift, 32 bits)."""

    def __init__(self, seed):
        self.state = seed * 2654435761 & 0xFFFFFFFF or 1

    def below(self, count):
        x = self.state
        x ^= x << 13 & 0xFFFFFFFF
        x ^= x >> 17
        x ^= x << 5 & 0xFFFFFFFF
        self.state = x
        return x % count


def crc_is_right(telegram):
    """True if the telegram's CRC-16/ARC is right, computed bit by bit and not by the firmware."""
    at = telegram.rfind(b"!") + 1
    crc = 0
    for byte in telegram[:at]:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0xA001 if crc & 1 else 0)
    return crc == int(telegram[at:].strip(), 16)


def flip(data, dice):
    """Change one bit."""
    at = dice.below(len(data))
    return data[:at] + bytes([data[at] ^ 1 << dice.below(8)]) + data[at + 1 :]


def cut_out(data, dice):
    """Remove up to 199 bytes."""
    at = dice.below(len(data))
    return data[:at] + data[at + dice.below(200) :]


def cut_off(data, dice):
    """Remove the end."""
    return data[: dice.below(len(data))]


def repeat(data, dice):
    """Repeat a piece one to four times."""
    at = dice.below(len(data))
    piece = data[at : at + dice.below(120)]
    return data[:at] + piece * (1 + dice.below(4)) + data[at:]


def noise(data, dice):
    """Insert up to 59 random bytes."""
    at = dice.below(len(data))
    return data[:at] + bytes([dice.below(256) for _ in range(dice.below(60))]) + data[at:]


def special(data, dice):
    """Insert bytes that have a meaning in a telegram."""
    at = dice.below(len(data))
    return (
        data[:at]
        + (b"/", b"!", b"\r\n", b"\x00", b"(", b")", b"*", b"\xff" * 9, b"!0000\r\n")[dice.below(9)]
        + data[at:]
    )


def splice(data, dice):
    """Join the beginning of this telegram with the end of another one."""
    other = GOOD[dice.below(len(GOOD))]
    return data[: dice.below(len(data))] + other[dice.below(len(other)) :]


def endless(data, dice):
    """Insert up to 9,000 digits."""
    at = dice.below(len(data))
    return data[:at] + b"0123456789" * (1 + dice.below(900)) + data[at:]


WAYS = (flip, flip, flip, cut_out, cut_off, repeat, noise, special, splice, endless)
GOOD = []


class Reader:
    """Framer and parser, connected as on the device."""

    def __init__(self):
        self.parser = Parser()
        self.framer = Framer(self.take)
        self.taken = []

    def take(self, lines):
        self.taken.append(b"\n".join(lines) + b"\n")
        self.parser.take(lines)


def feed(reader, data, dice):
    """Feed data to a reader in pieces of random sizes."""
    at = 0
    while at < len(data):
        size = 1 + dice.below(256)
        reader.framer.feed(data[at : at + size])
        at += size


def main(path, count, seed):
    """Print the result of `count` rounds."""
    with open(path, "rb") as file:
        for telegram in file.read().split(b"/")[1:]:
            GOOD.append(b"/" + telegram)  # noqa: PERF401 - short, and done once
    dice = Dice(seed)
    reader = Reader()
    wrong = []
    taken = most = 0
    for number in range(count):
        data = GOOD[dice.below(len(GOOD))]
        spoilt = data
        for _ in range(1 + dice.below(3)):
            spoilt = WAYS[dice.below(len(WAYS))](spoilt or b"/", dice)
        good = GOOD[dice.below(len(GOOD))]
        try:
            feed(reader, spoilt, dice)
            for telegram in reader.taken:
                if telegram not in GOOD:
                    taken += 1
                    if not crc_is_right(telegram):
                        wrong.append([number, "taken", telegram[:40].hex()])
            reader.taken.clear()
            feed(reader, b"\r\n" + good, dice)
        except Exception as error:
            sys.print_exception(error)
            wrong.append([number, "raised", repr(error)])
            reader = Reader()
        if not reader.taken or reader.taken[-1] != good:
            wrong.append([number, "lost", spoilt[-60:].hex()])
        reader.taken.clear()
        if number % 1000 == 999:
            gc.collect()
            used = gc.mem_alloc()
            if number < 10000:
                most = max(most, used + 65536)
            elif used > most:
                wrong.append([number, "memory", used])
        if len(wrong) > 20:
            break
    print(json.dumps({"fed": number + 1, "taken": taken, "wrong": wrong}))


main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
