"""net/captive_dns.py and net/dns.py: the name service of the setup network, and questions to others."""

import asyncio
import socket

from net import dns
from net.captive_dns import answer, serve

HERE = b"\xc0\xa8\x04\x01"
PORT = 15353


def query(name, kind=1, number=0x1234, more=b""):
    asked = dns.question(name, number)
    return asked[:-4] + bytes((0, kind, 0, 1)) + more


def test_every_name_is_this_board():
    for name in ("captive.apple.com", "connectivitycheck.gstatic.com", "a", "x" * 63 + ".example"):
        reply = answer(query(name), HERE)
        assert dns.address(reply, 0x1234) == "192.168.4.1", name
        assert reply[12 : 12 + len(query(name)) - 12] == query(name)[12:]


def test_other_types_have_no_answer_but_no_error_either():
    for kind in (28, 65, 16, 255, 12):  # AAAA, HTTPS, TXT, ANY, PTR
        reply = answer(query("example.com", kind), HERE)
        assert reply[3] & 15 == 0
        assert reply[6:8] == b"\0\0"
        assert len(reply) == len(query("example.com", kind))


def test_question_with_extensions_is_answered_without_them():
    asked = query("example.com", more=b"\0\0\x29\x10\0\0\0\0\0\0\0")
    asked = asked[:11] + b"\1" + asked[12:]
    reply = answer(asked, HERE)
    assert reply[10:12] == b"\0\0"
    assert dns.address(reply, 0x1234) == "192.168.4.1"


def test_what_is_no_query_is_not_answered():
    good = query("example.com")
    for bad in (
        b"",
        b"x",
        good[:12],
        good[:-1],
        good[:2] + b"\x80" + good[3:],  # a reply
        good[:2] + b"\x28" + good[3:],  # an update
        good[:4] + b"\0\2" + good[6:],  # two questions
        b"\xff" * 512,
        bytes(512),
    ):
        assert answer(bad, HERE) is None, bad


async def test_service_answers_on_its_port_and_ends_when_it_is_cancelled():
    task = asyncio.create_task(serve(HERE, PORT))
    await asyncio.sleep_ms(10)
    end = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    end.setblocking(False)
    there = socket.getaddrinfo("127.0.0.1", PORT)[0][-1]
    for number in range(1, 30):
        end.sendto(b"nonsense", there)
        end.sendto(query("example.com", number=number), there)
        for _ in range(100):
            await asyncio.sleep_ms(5)
            try:
                reply = end.recvfrom(512)[0]
                break
            except OSError:
                pass
        assert dns.address(reply, number) == "192.168.4.1"
    task.cancel()
    await asyncio.sleep_ms(10)
    task = asyncio.create_task(serve(HERE, PORT))  # its port is free again
    await asyncio.sleep_ms(10)
    assert not task.done()
    task.cancel()
    end.close()


REAL = (
    b"\x12\x34\x81\x80\0\1\0\2\0\0\0\0\x02be\x04pool\x03ntp\x03org\0\0\1\0\1"
    b"\xc0\x0c\0\5\0\1\0\0\0\x3c\0\4\x01x\xc0\x0f"
    b"\xc0\x2d\0\1\0\1\0\0\0\x3c\0\4\xc1\x01\x02\x03"
)


def test_address_is_found_behind_an_alias():
    assert dns.address(REAL, 0x1234) == "193.1.2.3"


def test_answer_of_mdns_that_asks_to_forget_is_read():
    reply = b"\0\0\x84\0\0\0\0\1\0\0\0\0\x07digimon\x05local\0\0\1\x80\1\0\0\0\x78\0\4\xc0\xa8\0\x11"
    assert dns.address(reply, 0) == "192.168.0.17"


def test_answer_to_another_question_is_not_believed():
    assert dns.address(REAL, 0x1235) is None
    assert dns.address(query("be.pool.ntp.org"), 0x1234) is None


def test_answer_that_is_cut_or_damaged_ends_without_a_fault():
    for length in range(len(REAL)):
        assert dns.address(REAL[:length], 0x1234) is None
    for at in range(4, len(REAL)):
        for value in (0, 1, 0x3F, 0xC0, 0xFF):
            dns.address(REAL[:at] + bytes((value,)) + REAL[at + 1 :], 0x1234)
