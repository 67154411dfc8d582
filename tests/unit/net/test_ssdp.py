"""net/ssdp.py and net/ssdp_messages.py: who searches by SSDP finds the device, and nobody can make it shout."""

import socket
import time

from net.ssdp import Discovery
from overlay import load

PORT = 11900
UUID = "uuid:70310000-0000-1000-8000-0200c300ab12"
TYPE = "urn:schemas-upnp-org:device:Basic:1"


class Board:
    id = "0200c300ab12"
    http = ("0.0.0.0", 80)


class Searcher:
    """Another device of the house, on this computer."""

    def __init__(self, board=Board):
        self.end = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.end.setblocking(False)
        self.there = socket.getaddrinfo("127.0.0.1", PORT)[0][-1]
        self.device = Discovery(board, ("127.0.0.1", "255.0.0.0"), PORT)

    def search(self, target, discover='"ssdp:discover"', line="M-SEARCH * HTTP/1.1"):
        message = "%s\r\nHOST: 239.255.255.250:1900\r\nMAN: %s\r\nMX: 3\r\nST: %s\r\n\r\n"
        self.end.sendto((message % (line, discover, target)).encode(), self.there)

    def replies(self):
        """What has come after one look of the device, each as a dict of its headers."""
        time.sleep_ms(20)
        self.device.each_second()
        time.sleep_ms(20)
        found = []
        try:
            while True:
                lines = self.end.recvfrom(1024)[0].decode().split("\r\n")
                reply = dict([line.split(": ", 1) for line in lines[1:] if ": " in line])
                reply["first"] = lines[0]
                assert lines[-2:] == ["", ""]
                found.append(reply)
        except OSError:
            return found

    def close(self):
        self.device.close()
        self.end.close()


def test_search_for_it_gets_what_and_where_it_is():
    searcher = Searcher()
    for target, name in (
        ("upnp:rootdevice", UUID + "::upnp:rootdevice"),
        (UUID, UUID),
        (TYPE, UUID + "::" + TYPE),
    ):
        searcher.search(target)
        (reply,) = searcher.replies()
        assert reply["first"] == "HTTP/1.1 200 OK"
        assert reply["ST"] == target
        assert reply["USN"] == name
        assert reply["LOCATION"] == "http://127.0.0.1/description.xml"
        assert reply["CACHE-CONTROL"] == "max-age=1800"
    searcher.close()


def test_search_for_all_gets_each_name_once():
    searcher = Searcher()
    searcher.search("ssdp:all")
    assert sorted([reply["ST"] for reply in searcher.replies()]) == sorted([TYPE, "upnp:rootdevice", UUID])
    searcher.close()


def test_port_is_told_where_it_is_not_80():
    class Elsewhere(Board):
        http = ("127.0.0.1", 8080)

    searcher = Searcher(Elsewhere)
    searcher.search(UUID)
    assert searcher.replies()[0]["LOCATION"] == "http://127.0.0.1:8080/description.xml"
    searcher.close()


def test_what_is_for_others_is_not_answered():
    searcher = Searcher()
    searcher.search("urn:dial-multiscreen-org:service:dial:1")
    searcher.search("uuid:70310000-0000-1000-8000-0200c3000002")
    searcher.search("ssdp:all", discover="ssdp:discover")
    searcher.search("ssdp:all", line="NOTIFY * HTTP/1.1")
    assert searcher.replies() == []
    for message in (
        b"",
        b"M-SEARCH ",
        b"M-SEARCH ssdp:all",
        b"\xff" * 600,
        b"M-SEARCH \r\nST: \xff ssdp:all\r\n",
    ):
        searcher.end.sendto(message, searcher.there)
    assert searcher.replies() == []
    searcher.close()


def test_two_searches_a_second_are_answered_whoever_asks():
    searcher = Searcher()
    for _ in range(8):
        searcher.search(UUID)
    assert len(searcher.replies()) == 2
    searcher.close()


def test_it_tells_at_the_start_twice_and_every_15_minutes():
    searcher = Searcher()
    told = []
    seconds = [0]

    class Group:
        def sendto(self, message, group):
            told.append((seconds[0], message.decode()))

        def recvfrom(self, size):
            raise OSError

    searcher.device._socket.close()
    searcher.device._socket = Group()
    for _ in range(1810):
        seconds[0] += 1
        searcher.device.each_second()
    assert sorted({second for second, _ in told}) == [1, 4, 900, 1800]
    first = told[0][1]
    assert first.startswith("NOTIFY * HTTP/1.1\r\nHOST: 239.255.255.250:1900\r\n")
    assert "NTS: ssdp:alive\r\n" in first
    assert len(told) == 12
    searcher.end.close()


def test_network_that_takes_nothing_costs_nothing():
    searcher = Searcher()

    class Full:
        def sendto(self, message, group):
            raise OSError(12)

        def recvfrom(self, size):
            raise OSError(11)

    searcher.device._socket.close()
    searcher.device._socket = Full()
    searcher.device.each_second()
    searcher.end.close()


def test_search_from_another_network_is_not_answered():
    searcher = Searcher()
    for network in (
        ("127.0.0.1", "255.0.0.0"),
        ("127.1.0.1", "255.255.0.0"),
        ("192.168.0.17", "255.255.255.0"),
    ):
        searcher.device._network = network
        searcher.search(UUID)
        assert bool(searcher.replies()) == (network[1] == "255.0.0.0"), network
    searcher.close()


def test_search_is_answered_by_the_address_of_its_sender_on_a_board():
    sent = []

    class Socket:
        def sendto(self, message, peer):
            sent.append(peer)

    search = b'M-SEARCH * HTTP/1.1\r\nMAN: "ssdp:discover"\r\nST: upnp:rootdevice\r\n\r\n'
    for address in ("192.168.0.9", "192.168.1.9", "8.8.8.8"):
        network = ("192.168.0.17", "255.255.255.0")
        load("net.ssdp_messages").answer(Socket(), Board, network, search, (address, 1900))
    assert sent == [("192.168.0.9", 1900)]
