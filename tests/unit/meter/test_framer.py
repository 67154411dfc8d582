"""meter/framer.py: which telegrams are found in a stream that may be damaged anywhere."""

from telegrams import CLOCK, HOUSE, MESSAGE_1024, POWER, Taken, instead, telegram

from meter.crc import crc16
from meter.framer import LIMIT

CHUNKS = (1, 2, 3, 7, 255, 256, 257)
GOOD = telegram(*HOUSE)
SHORT = telegram(CLOCK, POWER)
LONG = telegram(*instead(MESSAGE_1024))


def long_as(length):
    """A telegram of so many bytes from "/" to "!"."""
    empty = telegram("0-0:96.13.0()", CLOCK).find(b"!") + 1
    return telegram("0-0:96.13.0(%s)" % ("4" * (length - empty)), CLOCK)


def counters(taken):
    framer = taken.framer
    return framer.telegrams, framer.crc_errors, framer.overruns


def test_telegram_is_given_byte_for_byte():
    taken = Taken()
    taken.feed(GOOD)
    assert taken.bodies == [GOOD]
    assert counters(taken) == (1, 0, 0)


def test_telegrams_are_found_in_chunks_of_any_size():
    # Both are made before the many small objects, between which a small heap has no room for them.
    for whole, stream in ((GOOD, GOOD * 2), (LONG, LONG * 2)):
        for size in CHUNKS:
            taken = Taken()
            for at in range(0, len(stream), size):
                taken.feed(stream[at : at + size])
                if taken.bodies:
                    assert taken.bodies.pop() == whole, size
            assert counters(taken) == (2, 0, 0)


def test_two_telegrams_in_one_chunk_are_two():
    taken = Taken()
    taken.feed(GOOD + SHORT + GOOD[:100])
    taken.feed(GOOD[100:])
    assert taken.bodies == [GOOD, SHORT, GOOD]


def test_telegram_is_taken_at_its_crc_without_waiting_for_more():
    taken = Taken()
    taken.feed(GOOD[:-2])
    assert len(taken.bodies) == 1


def test_start_in_the_middle_of_a_telegram_costs_only_that_one():
    for at in range(1, len(GOOD), 7):
        taken = Taken()
        taken.feed(GOOD[at:])
        taken.feed(GOOD)
        assert taken.bodies == [GOOD], at


def test_flipped_bit_costs_no_other_telegram():
    for at in range(len(GOOD)):
        for bit in (at % 8, (at + 3) % 8):
            damaged = bytearray(GOOD)
            damaged[at] ^= 1 << bit
            check_other_telegrams(bytes(damaged), GOOD, at)


def test_flipped_bit_in_a_long_telegram_costs_no_other():
    for at in range(0, len(LONG), 3):
        damaged = bytearray(LONG)
        damaged[at] ^= 1 << at % 8
        check_other_telegrams(bytes(damaged), LONG, at)


def check_other_telegrams(damaged, whole, at):
    """Good, damaged, good, good: the three good ones are read; the damaged one only if its data is right."""
    taken = Taken()
    for sent in (SHORT, damaged, GOOD, SHORT):
        taken.feed(sent)
    bodies = taken.bodies
    if len(bodies) == 4:  # the bit was in how the CRC is written, or behind it
        data = whole.find(b"!") + 1
        assert bodies.pop(1)[:data] == whole[:data] == damaged[:data], at
    assert bodies == [SHORT, GOOD, SHORT], at


def test_cut_at_any_byte_costs_no_other_telegram():
    for step, whole in ((1, GOOD), (5, LONG)):
        end = whole.find(b"!") + 5
        for at in range(1, end, step):
            taken = Taken()
            for sent in (SHORT, whole[:at], GOOD, SHORT):
                taken.feed(sent)
            assert taken.bodies == [SHORT, GOOD, SHORT], at
            assert counters(taken) == (3, 1, 0), at


def test_two_hundred_cut_telegrams_keep_no_memory_and_the_next_is_read():
    taken = Taken()
    for _ in range(200):
        taken.feed(GOOD[:500])
    taken.feed(GOOD)
    assert taken.bodies == [GOOD]
    assert counters(taken) == (1, 200, 0)


def test_garbage_between_telegrams_is_skipped():
    noise = (b"\xff" * 40, b"\x00\xff\r\n", b"!!\r\n!1234\r\n", bytes(range(256)), b"\xff/", b"/\xff\xff!")
    for between in noise:
        taken = Taken()
        for piece in (between, GOOD, between, GOOD, between, between, GOOD):
            taken.feed(piece)
        assert taken.bodies == [GOOD] * 3, between


def test_line_of_noise_without_a_telegram_is_not_kept():
    taken = Taken()
    for _ in range(100):
        taken.feed(b"\xff" * 256)
    taken.feed(GOOD)
    assert counters(taken) == (1, 0, 0)


def test_telegram_of_the_limit_is_read_and_one_byte_more_is_an_overrun():
    for size in (1, 255, 256, 5000):
        for length, expected in ((LIMIT - 1, (2, 0, 0)), (LIMIT, (2, 0, 0)), (LIMIT + 1, (1, 0, 1))):
            taken = Taken()
            telegram = long_as(length)
            assert telegram.find(b"!") + 1 == length
            for at in range(0, len(telegram), size):
                taken.feed(telegram[at : at + size])
            taken.feed(SHORT)
            assert counters(taken) == expected, (size, length)
            assert taken.bodies[-1] == SHORT


def test_telegram_without_an_end_is_an_overrun_once():
    taken = Taken()
    taken.feed(GOOD[: GOOD.find(b"!")])
    for _ in range(40):
        taken.feed(b"1-0:1.7.0(00.134*kW)\r\n" * 10)
    taken.feed(SHORT)
    assert taken.bodies == [SHORT]
    assert counters(taken) == (1, 0, 1)


def test_crc_is_read_in_lower_case():
    taken = Taken()
    for number in range(20):
        taken.feed(telegram(CLOCK, "0-0:96.3.10(%d)" % number, crc="%04x"))
    assert counters(taken) == (20, 0, 0)


def test_crc_is_read_without_its_leading_zeros():
    number = found = 0
    taken = Taken()
    while found < 3:
        number += 1
        padded = telegram(CLOCK, "0-0:96.3.10(%d)" % number)
        if padded[-6:-5] == b"0":
            found += 1
            taken.feed(telegram(CLOCK, "0-0:96.3.10(%d)" % number, crc="%X"))
            assert counters(taken) == (found, 0, 0)


def test_telegram_without_a_crc_is_refused():
    taken = Taken()
    taken.feed(GOOD[: GOOD.find(b"!") + 1] + b"\r\n")
    assert taken.bodies == []
    taken.feed(GOOD)
    assert counters(taken) == (1, 1, 0)


def test_what_is_no_crc_is_refused():
    for said in (b"XXXX", b"....", b"\xff\xff\xff\xff", b"12", b"-", b"0x12"):
        taken = Taken()
        taken.feed(GOOD[: GOOD.find(b"!") + 1] + said + b"\r\n")
        assert taken.bodies == [], said
        assert counters(taken) == (0, 1, 0), said
        taken.feed(GOOD)
        assert taken.bodies == [GOOD], said


def test_two_bytes_changed_places_are_noticed():
    at = GOOD.find(b"01.170")
    taken = Taken()
    taken.feed(GOOD[:at] + b"10.170" + GOOD[at + 6 :])
    assert counters(taken) == (0, 1, 0)


SLASHED = telegram(*HOUSE, "0-3:24.2.1(261112182500W)(00012.345*m3/h)")


def test_slash_inside_a_line_costs_nothing():
    taken = Taken()
    taken.feed(SLASHED + SLASHED)
    assert taken.bodies == [SLASHED] * 2
    assert counters(taken) == (2, 0, 0)


def test_telegram_with_a_slash_is_read_after_one_that_was_cut_anywhere():
    for at in range(1, SLASHED.find(b"!") + 5):
        for size in (64, 5000):
            taken = Taken()
            stream = SLASHED[:at] + SLASHED
            for start in range(0, len(stream), size):
                taken.feed(stream[start : start + size])
            assert taken.bodies == [SLASHED], at


def test_exclamation_mark_inside_a_line_is_no_end():
    for inside in ("!", "!12AB", "!!", "a!/!b", "!\r", "!FFFFF"):
        whole = telegram(*HOUSE, "0-0:96.13.1(%s)" % inside)
        for size in (1, 3, 5000):
            taken = Taken()
            for start in range(0, len(whole), size):
                taken.feed(whole[start : start + size])
            taken.feed(GOOD)
            assert taken.bodies == [whole, GOOD], inside
            assert counters(taken) == (2, 0, 0)


def test_exclamation_mark_at_the_end_of_data_is_read():
    body = GOOD[: GOOD.find(b"\r\n!")] + b"!"
    taken = Taken()
    taken.feed(body + b"%04X\r\n" % crc16(body) + GOOD)
    assert len(taken.bodies) == 2
    assert taken.bodies[1] == GOOD


def test_telegram_with_many_slashes_is_read_and_after_a_cut_one_up_to_seven_of_its_own():
    for slashes, after_cut in ((6, True), (7, False), (40, False)):
        whole = telegram(*HOUSE, "0-0:96.13.1(%s)" % ("/" * slashes))
        taken = Taken()
        taken.feed(whole)
        assert taken.bodies == [whole]
        taken.feed(GOOD[:300] + whole + GOOD)
        assert (taken.bodies.count(whole) == 2) == after_cut, slashes
        assert taken.bodies[-1] == GOOD


def test_next_telegram_begins_just_after_the_end_of_one_without_a_crc():
    taken = Taken()
    taken.feed(GOOD[: GOOD.find(b"!") + 1] + b"\r\n" + GOOD)
    assert taken.bodies == [GOOD]
    assert counters(taken) == (1, 1, 0)


def test_cut_telegrams_that_reach_the_limit_do_not_hide_the_next():
    for cut in range(40, 900, 37):
        taken = Taken()
        for _ in range(9):
            taken.feed(GOOD[:cut])
        for at in range(0, len(LONG), 256):
            taken.feed(LONG[at : at + 256])
        assert taken.bodies == [LONG], cut
        assert counters(taken) == (1, 9, 0)
