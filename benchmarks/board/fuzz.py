"""Mutated telegrams into the reader, millions of them: fuzz.py FILE COUNT SEED

FILE holds good telegrams, one after the other. Each round spoils one of them in one or more ways, feeds it in pieces of
any size, then feeds a good one. Prints as JSON how many were fed, how many spoilt ones were taken all the same, and
what was wrong: an exception, a telegram taken whose CRC does not match, a good one that was not read, memory that grew.
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
    """CRC-16/ARC by its definition, bit by bit: not the firmware's."""
    at = telegram.rfind(b"!") + 1
    crc = 0
    for byte in telegram[:at]:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0xA001 if crc & 1 else 0)
    return crc == int(telegram[at:].strip(), 16)


def flip(data, dice):
    at = dice.below(len(data))
    return data[:at] + bytes([data[at] ^ 1 << dice.below(8)]) + data[at + 1 :]


def cut_out(data, dice):
    at = dice.below(len(data))
    return data[:at] + data[at + dice.below(200) :]


def cut_off(data, dice):
    return data[: dice.below(len(data))]


def repeat(data, dice):
    at = dice.below(len(data))
    piece = data[at : at + dice.below(120)]
    return data[:at] + piece * (1 + dice.below(4)) + data[at:]


def noise(data, dice):
    at = dice.below(len(data))
    return data[:at] + bytes([dice.below(256) for _ in range(dice.below(60))]) + data[at:]


def special(data, dice):
    at = dice.below(len(data))
    return (
        data[:at]
        + (b"/", b"!", b"\r\n", b"\x00", b"(", b")", b"*", b"\xff" * 9, b"!0000\r\n")[dice.below(9)]
        + data[at:]
    )


def splice(data, dice):
    other = GOOD[dice.below(len(GOOD))]
    return data[: dice.below(len(data))] + other[dice.below(len(other)) :]


def endless(data, dice):
    at = dice.below(len(data))
    return data[:at] + b"0123456789" * (1 + dice.below(900)) + data[at:]


WAYS = (flip, flip, flip, cut_out, cut_off, repeat, noise, special, splice, endless)
GOOD = []


class Reader:
    """Framer and parser as the device has them."""

    def __init__(self):
        self.parser = Parser()
        self.framer = Framer(self.take)
        self.taken = []

    def take(self, lines):
        self.taken.append(b"\n".join(lines) + b"\n")
        self.parser.take(lines)


def feed(reader, data, dice):
    at = 0
    while at < len(data):
        size = 1 + dice.below(256)
        reader.framer.feed(data[at : at + size])
        at += size


def main(path, count, seed):
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
