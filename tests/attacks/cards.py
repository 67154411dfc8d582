"""Cards of a stranger: what each has, and the image of it."""

import json
import os
import random
import struct
import subprocess
import sys
import zlib
from pathlib import Path

from build_tool import bytecode
from tests.device.storage.conftest import format_card
from tests.fixtures.history_card import DAYS, QUARTERS, sealed

FILL_CARD = Path(__file__).parent / "on_board" / "fill_card.py"
DAY = "meter/2026/11/12/day.csv"
YEAR = "meter/2026/days.csv"
QUARTER = "meter/2026/11/12/1800W.json"
FOLDER = b"\0folder"
GOOD_QUARTER = "2026-11-12T18:00:00+01:00,2000,0,1234.567,0.000,,,180,registers"
GOOD_DAY = "2026-11-11,12.345,0.000,1.234,,4321,2026-11-11T18:00:00+01:00,96"
ID = 26 << 24 | 11 << 16 | 12 << 8 | 73
"""The quarter of 2026-11-12 18:15, which runs when the boards of these tests start."""

type Files = dict[str, bytes]


def record(
    number: int = 1, quarter: int = ID, first: int = 0, stop: int = 12, line: bytes = b"", fill: int = 0
) -> bytes:
    """A record of the journal with a right CRC."""
    body = struct.pack("<IIHH", number, quarter, first, stop) + bytes([fill]) * 368 + line
    body = body[:508] + bytes(508 - len(body))
    return struct.pack("<I", zlib.crc32(body)) + body


def journal(*records: bytes) -> bytes:
    """A journal whose first records are these."""
    return (bytes(512) + b"".join(records)).ljust(64 * 512, b"\0")


def rubbish(random_source: random.Random, length: int) -> bytes:
    return random_source.randbytes(length)


def mutated(source: random.Random, text: str) -> str:
    """A line with a right check, of whose fields one is not right."""
    fields = text.split(",")
    odd = (
        "",
        "x",
        "-",
        "1e9",
        "9" * 40,
        "007",
        '"',
        "\\",
        "null",
        "2026",
        ",",
        " ",
        "\t",
        "1.2.3",
        "é",
        "{}",
    )
    for _ in range(source.randrange(1, 4)):
        at = source.randrange(len(fields))
        match source.randrange(3):
            case 0:
                fields[at] = source.choice(odd)
            case 1:
                del fields[at:]
            case 2:
                fields.insert(at, source.choice(odd))
        fields = fields or [""]
    return ",".join(fields)


def lines(source: random.Random, header: str, good: str, count: int = 40) -> bytes:
    """A file of mutated lines under right checks, with one good line."""
    return (header + "".join(sealed(mutated(source, good)) for _ in range(count)) + sealed(good)).encode()


def nested(depth: int, opening: str, closing: str) -> bytes:
    return ('{"x":' + opening * depth + closing * depth + "}").encode()


def text(value: object) -> bytes:
    return json.dumps(value).encode()


def random_journal(source: random.Random) -> bytes:
    """Random bodies under right CRCs, in the slots of their numbers."""
    records = []
    for number in range(1, 64):
        body = bytearray(source.randbytes(508))
        body[:4] = struct.pack("<I", number)
        if source.random() < 0.7:
            body[4:8] = struct.pack("<I", source.choice((ID, ID - 1, source.getrandbits(32))))
        records.append(struct.pack("<I", zlib.crc32(body)) + body)
    return journal(*records)


def cards() -> dict[str, Files]:
    """The files of each card, by its name. A path with the content FOLDER is a folder."""
    source = random.Random(7)
    wrong_line = sealed("2026-11-12T18:15:00+01:00,x").encode()
    return {
        "lists of 600 levels": {"config.json": nested(600, "[", "]")},
        "objects of 600 levels": {"config.json": nested(600, '{"a":', "1}")},
        "lists of 2000 levels": {"config.json": nested(2000, "[", "]")},
        "list of 2000 numbers": {"config.json": b'{"x":[' + b"0," * 2000 + b"0]}"},
        "object of 500 keys": {"config.json": text({f"{number:x}": {} for number in range(500)})[:4096]},
        "text of 4000 bytes": {"config.json": text({"x": "x" * 4000})},
        "a level too many": {"config.json": nested(20, "[", "]")},
        "settings without a network": {"config.json": text({"network": {"device_name": "x"}})},
        "settings of wrong kinds": {
            "config.json": text({"wifi": [1], "network": "x", "capacity": {"area": {}, "target_w": 1e9}})
        },
        "settings that open": {"config.json": text({"access": {"closed": False, "hosts": ["evil.example"]}})},
        "settings of random bytes": {"config.json": rubbish(source, 4000)},
        "settings of 100 KB": {"config.json": b"{" * 100_000},
        "settings that are a folder": {"config.json": FOLDER},
        "lone surrogates": {"config.json": b'{"wifi":{"ssid":"\\ud800"}}'},
        "slots beyond the quarter": {"journal.bin": journal(record(first=170, stop=250))},
        "slots that end before they begin": {"journal.bin": journal(record(first=20, stop=10))},
        "slots of a whole quarter": {"journal.bin": journal(record(first=0, stop=180, fill=255))},
        "quarter of no day": {"journal.bin": journal(record(quarter=0xFFFFFFFF), record(2, quarter=0))},
        "closed without its fields": {"journal.bin": journal(record(line=wrong_line))},
        "closed as another quarter": {
            "journal.bin": journal(record(line=sealed(GOOD_QUARTER).encode(), stop=84))
        },
        "journal at its last number": {"journal.bin": journal(*[record(0xFFFFFFFF)] * 63)},
        "journal below its last number": {"journal.bin": journal(*[record((1 << 30) - 1)] * 63)},
        "journal of random records": {"journal.bin": random_journal(source)},
        "journal of random bytes": {"journal.bin": rubbish(source, 64 * 512)},
        "journal of one byte": {"journal.bin": b"x"},
        "journal that is a folder": {"journal.bin": FOLDER},
        "quarters without their fields": {DAY: lines(source, QUARTERS, GOOD_QUARTER)},
        "days without their fields": {YEAR: lines(source, DAYS, GOOD_DAY)},
        "quarters in the place of days": {YEAR: (DAYS + sealed(GOOD_QUARTER)).encode()},
        "days in the place of quarters": {DAY: (QUARTERS + sealed(GOOD_DAY)).encode()},
        "lines of random bytes": {DAY: rubbish(source, 20_000), YEAR: rubbish(source, 20_000)},
        "one line of 300 KB": {DAY: b"x" * 300_000, YEAR: b"2026-11-11," * 30_000},
        "300 KB of empty lines": {DAY: b"\n" * 300_000, YEAR: b"\n" * 300_000},
        "quarter of deep lists": {QUARTER: nested(1900, "[", "]")},
        "quarter of odd numbers": {
            QUARTER: b'{"consumed_power_interval_avgs":[1e999,"x",null],"produced_power_interval_avgs":[{}]}'
        },
        "quarter of 100 KB": {QUARTER: b'{"consumed_power_interval_avgs":[' + b"1," * 50_000},
        "quarters of no clock": {
            f"meter/2026/11/12/{name}.json": b"{}" for name in ("9999W", "2460S", "0000X")
        },
        "folders of no date": {
            f"meter/{name}/x.txt": b"x" for name in ("2026/99/99", "2026/11/0", "0/0/0", "99999/1/1", "x/y")
        },
        "files in the place of folders": {
            "meter/2026/11/10": b"x",
            "meter/2025": b"x",
            "meter/2024/12": b"x",
        },
        "folders in the place of files": {DAY: FOLDER, YEAR: FOLDER, "meter/2026/11/12/1745W.json": FOLDER},
        "meter that is a file": {"meter": b"x"},
        "rebuilt until random bytes": {"meter/rebuilt.txt": b'\xff\xfe"\\\0', DAY: QUARTERS.encode()},
        "rebuilt until no month": {"meter/rebuilt.txt": b"2024-5x exact!", DAY: QUARTERS.encode()},
        "self-test that is a folder": {"selftest.txt": FOLDER},
    }


CIRCLES = {
    "day.csv of 4 GB": (DAY, QUARTERS.encode(), b"DAY     CSV"),
    "days.csv of 4 GB": (YEAR, DAYS.encode(), b"DAYS    CSV"),
    "journal of 4 GB": ("journal.bin", bytes(32768), b"JOURNAL BIN"),
    "quarter of 4 GB": (QUARTER, b"{}", b"1800W~1 JSO"),
    "settings of 4 GB": ("config.json", b"{}", b"CONFIG~1JSO"),
}
"""Files that claim 4 GB, in which one cluster follows itself: the path, the content and the short name of each."""
NO_TEXT = "meter/2026/XXXX.TXT"
"""A file whose name is made bytes that are no UTF-8."""


def damage(image: Path, names: list[bytes]) -> None:
    """Damage the directory entries of files with these short names (FAT16)."""
    data = bytearray(image.read_bytes())
    (reserved,), tables, (sectors,) = (
        struct.unpack_from("<H", data, 14),
        data[16],
        struct.unpack_from("<H", data, 22),
    )
    for name in names:
        at = data.index(name)
        struct.pack_into("<I", data, at + 28, 0xFFFFFFF0)
        (cluster,) = struct.unpack_from("<H", data, at + 26)
        for table in range(tables):
            struct.pack_into("<H", data, (reserved + table * sectors) * 512 + cluster * 2, cluster)
    at = data.find(b"XXXX    TXT")
    if at >= 0:
        data[at : at + 4] = b"\xff\xc3\xfe\x80"
    image.write_bytes(data)


def image_of(folder: Path, files: Files) -> Path:
    """The image of a card with these files, in a new folder."""
    bytecode.build()
    tree = folder / "tree"
    tree.mkdir(parents=True)
    for name, content in files.items():
        path = tree / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if content == FOLDER:
            path.mkdir()
        else:
            path.write_bytes(content)
    image = format_card(folder / "card.img", "-F", "16", "-s", "8", size=48 << 20)
    subprocess.run(
        [Path(sys.executable).with_name("micropython"), "-X", "heapsize=16m", FILL_CARD, image, tree],
        env={**os.environ, "MICROPYPATH": f"{bytecode.TARGET}:.frozen"},
        check=True,
    )
    return image


def together(all_cards: dict[str, Files]) -> dict[str, Files]:
    """The files of all cards on few cards, because a start takes its time. Each card has a path or its folder once."""
    merged: dict[str, Files] = {}
    for name, files in all_cards.items():
        for names, card in merged.items():
            if not clash(card, files):
                merged[f"{names}, {name}"] = merged.pop(names) | files
                break
        else:
            merged[name] = files
    return merged


def clash(one: Files, other: Files) -> bool:
    """True if a path of one card is a path or a folder of the other."""
    return any(f"{b}/".startswith(f"{a}/") or f"{a}/".startswith(f"{b}/") for a in one for b in other)
