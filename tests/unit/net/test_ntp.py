"""net/ntp.py and net/name_conflict.py: the time of the network, and whether another device has the name."""

import asyncio
import socket

from board.clock import Clock
from meter.timestamp import civil
from net import captive_dns, name_conflict, ntp

COOKIE = b"abcdefgh"
DNS, TIME = 15354, 15123
HTTP = 15880
NONE = 15999  # nobody is there


def reply(seconds_since_1900=0xEEAC5C00, cookie=COOKIE, mode=4, stratum=2, leap=0):
    sent = (seconds_since_1900 & 0xFFFFFFFF).to_bytes(4, "big") + b"\0\0\0\1"
    return bytes((leap << 6 | 4 << 3 | mode, stratum)) + bytes(22) + cookie + bytes(8) + sent


def test_time_is_in_seconds_since_2000():
    # 2026-11-22 12:00:00 UTC
    seconds = ntp.seconds(reply(2208988800 + 1795348800), COOKIE)
    assert civil(seconds) == (2026, 11, 22, 12, 0, 0)


def test_time_goes_on_after_the_counter_began_anew_in_2036():
    assert civil(ntp.seconds(reply((1 << 32) + 5), COOKIE))[:3] == (2036, 2, 7)
    assert civil(ntp.seconds(reply((1 << 32) - 1), COOKIE))[:3] == (2036, 2, 7)
    assert ntp.seconds(reply((1 << 32) + 5), COOKIE) - ntp.seconds(reply((1 << 32) - 1), COOKIE) == 6


def test_strange_answers_are_not_believed():
    for strange in (
        b"",
        bytes(48),
        reply()[:47],
        reply(cookie=b"12345678"),
        reply(mode=3),
        reply(mode=5),
        reply(stratum=0),  # "kiss of death"
        reply(stratum=16),
        reply(leap=3),
        reply()[:40] + bytes(8),
    ):
        assert ntp.seconds(strange, COOKIE) is None, strange


class Peer:
    """Answers each message on a port of this computer with what `respond` makes of it."""

    def __init__(self, port, respond):
        self.end = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.end.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.end.bind(socket.getaddrinfo("127.0.0.1", port)[0][-1])
        self.end.setblocking(False)
        self.respond = respond
        self.task = asyncio.create_task(self._run())

    async def _run(self):
        while True:
            await asyncio.sleep_ms(5)
            try:
                message, peer = self.end.recvfrom(512)
            except OSError:
                continue
            for answer in self.respond(message):
                self.end.sendto(answer, peer)

    def close(self):
        self.task.cancel()
        self.end.close()


async def test_name_is_looked_up_and_the_server_asked():
    names = Peer(DNS, lambda query: [captive_dns.answer(query, b"\x7f\0\0\1")])
    server = Peer(TIME, lambda asked: [b"noise", reply(cookie=b"of another"[:8]), reply(cookie=asked[40:48])])
    assert await ntp.ask("127.0.0.1", DNS, TIME) == 0xEEAC5C00 - 3155673600
    names.close()
    server.close()


async def test_absent_name_server_or_time_server_costs_some_seconds_and_nothing_stops():
    ticks = [0]

    async def measure():
        while True:
            await asyncio.sleep_ms(10)
            ticks[0] += 1

    task = asyncio.create_task(measure())
    assert await ntp.ask("127.0.0.1", NONE, TIME) is None
    meanwhile, ticks[0] = ticks[0], 0
    names = Peer(DNS, lambda query: [captive_dns.answer(query, b"\x7f\0\0\1")])
    assert await ntp.ask("127.0.0.1", DNS, NONE) is None
    # Each looks twenty times for an answer, and others have their turn before every look.
    assert meanwhile >= 20, meanwhile
    assert ticks[0] >= 20, ticks
    task.cancel()
    names.close()


async def test_name_server_without_an_address_ends_the_attempt():
    names = Peer(DNS, lambda query: [b"", query, query[:2] + b"\x81\x83" + query[4:]])
    assert await ntp.ask("127.0.0.1", DNS, TIME) is None
    names.close()


async def test_another_device_with_the_name_is_found():
    other = Peer(DNS, lambda query: [captive_dns.answer(query, b"\xc0\xa8\0\x11")])
    assert await name_conflict.find_other("digimon", "192.168.0.18", ("127.0.0.1", DNS)) == "192.168.0.17"
    other.close()


async def test_own_answer_is_no_other_device():
    own = Peer(DNS, lambda query: [captive_dns.answer(query, b"\xc0\xa8\0\x11")])
    assert await name_conflict.find_other("digimon", "192.168.0.17", ("127.0.0.1", DNS)) is None
    own.close()


async def test_question_that_got_lost_is_asked_again():
    asked = []

    def second_time(query):
        asked.append(query)
        return [captive_dns.answer(query, b"\xc0\xa8\0\x11")] if len(asked) == 2 else []

    other = Peer(DNS, second_time)
    assert await name_conflict.find_other("digimon", "192.168.0.18", ("127.0.0.1", DNS)) == "192.168.0.17"
    other.close()


class Device:
    id = "0200c300ab12"
    clock = Clock()


Device.board = Device


OURS = "uuid:70310000-0000-1000-8000-0200c300ab12"
OTHER = "uuid:70310000-0000-1000-8000-0200c300ffff"
DESCRIPTION = "<root><friendlyName>%s</friendlyName><UDN>%s</UDN></root>"


async def described(body, name="digimon"):
    """Whether a device with this /description.xml is another P1 monitor of the name."""

    async def serve(reader, writer):
        assert (await reader.read(512)).startswith(b"GET /description.xml ")
        if body is not None:
            writer.write("HTTP/1.1 200 OK\r\n\r\n" + body)
            await writer.drain()
            reader.s.close()

    server = await asyncio.start_server(serve, "127.0.0.1", HTTP)
    found = await name_conflict.is_monitor(Device, "127.0.0.1", name, HTTP)
    server.close()
    await server.wait_closed()
    return found


async def test_name_is_lost_only_to_another_monitor_of_that_name():
    assert await described(DESCRIPTION % ("digimon", OTHER))
    for body in (
        DESCRIPTION % ("digimon", OURS),
        DESCRIPTION % ("garage", OTHER),
        DESCRIPTION % ("digimon", "uuid:12345678-0000-1000-8000-0200c300ffff"),
        "",
        "x" * 5000,
        "Sign in first",
    ):
        assert not await described(body), body
    assert not await name_conflict.is_monitor(Device, "127.0.0.1", "digimon", NONE)


async def test_monitor_that_does_not_answer_costs_seconds_only():
    Device.clock = Clock(50)
    assert not await described(None)
    Device.clock = Clock()
