"""storage/day_csv_fields.py: a line of the card is read if each of its fields is right, whatever its check says."""

from storage.day_csv_fields import DAY, QUARTER, fields_of
from storage.day_csv_writer import with_check

GOOD = {
    QUARTER: b"2026-11-12T18:30:00+01:00,2000,0,1234.567,0.000,,123.456,180,registers",
    DAY: b"2026-11-12,12.345,0.000,1.234,,4321,2026-11-12T18:00:00+01:00,96",
}
WRONG = {
    QUARTER: (
        (
            0,
            b"",
            b"2026-13-12T18:30:00+01:00",
            b"2026-11-31T18:30:00+01:00",
            b"2026-11-12T18:30:00Z",
            b"1999",
        ),
        (1, b"x", b"1.5", b"007", b" 1", b"+1", b"1e3", b"1234567890123"),
        (3, b"x", b"1", b"1.5", b"01.234", b".123", b"1.23x", b"--1.234", b"1234567890.123"),
        (7, b"", b"many", b"\xff"),
        (8, b"", b"guess", b"registers samples", b'"'),
    ),
    DAY: (
        (0, b"", b"2026-02-30", b"2026-1-12", b"\xff\xff"),
        (1, b"x", b"1.5"),
        (5, b"x", b"1.5"),
        (6, b"x", b"2026-11-12", b"2026-11-12T24:00:00+01:00"),
        (7, b"", b"x"),
    ),
}


def test_right_line_gives_its_fields():
    for kinds, good in GOOD.items():
        assert fields_of(with_check(good)[:-1], kinds) == good.split(b",")
    for good in (
        b"2026-07-12T18:30:00+02:00,,,,,,,0,partial",
        b"2022-01-15T00:00:00+01:00,12,-3,,,,,179,samples",
    ):
        assert fields_of(with_check(good)[:-1], QUARTER) == good.split(b",")


def test_line_with_a_wrong_check_is_not_read():
    for kinds, good in GOOD.items():
        line = with_check(good)[:-1]
        for at in range(len(line)):
            assert fields_of(line[:at] + bytes([line[at] ^ 1]) + line[at + 1 :], kinds) is None
            assert fields_of(line[:at], kinds) is None


def test_line_with_a_wrong_field_is_not_read():
    for kinds, good in GOOD.items():
        fields = good.split(b",")
        for at, *wrong in WRONG[kinds]:
            for field in wrong:
                text = b",".join(fields[:at] + [field] + fields[at + 1 :])
                assert fields_of(with_check(text)[:-1], kinds) is None, text


def test_line_with_other_than_its_fields_is_not_read():
    for kinds, good in GOOD.items():
        fields = good.split(b",") + [b"1", b"2"]
        for count in range(len(fields) + 1):
            if count != kinds:
                assert fields_of(with_check(b",".join(fields[:count]))[:-1], kinds) is None, count
