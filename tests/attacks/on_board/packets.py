"""Malformed packets of DNS, mDNS, NTP and SSDP, and forms of the setup portal: packets.py SEED COUNT.

Each is a right message with some bytes changed. Prints as JSON how many were tried, and what raised an error.
"""

import json
import random
import sys

from net import captive_dns, dns, ntp, portal_form, ssdp_messages

NETWORK = ("192.168.0.17", "255.255.255.0")
PEER = ("192.168.0.9", 1900)
MOST_SENT = 1536  # of one search: three names
SEARCH = b'M-SEARCH * HTTP/1.1\r\nHOST: 239.255.255.250:1900\r\nMAN: "ssdp:discover"\r\nMX: 3\r\nST: ssdp:all\r\n\r\n'
FORM = b"ssid=%C3%A9t%C3%A9+home&pass=correct+horse&device_name=meter&ip_config=static&ip=192.168.0.250&area=west"
QUERY = dns.question("digimon.local", 4711)
REPLY = captive_dns.answer(QUERY, b"\xc0\xa8\0\x11")
TIME = b"\x24\x01" + bytes(22) + b"abcdefgh" + bytes(8) + b"\xee\xac\x5c\0\0\0\0\1"


class Board:
    id = "0200c300ab12"
    http = ("0.0.0.0", 80)


class Socket:
    def __init__(self):
        self.sent = 0

    def sendto(self, message, peer):
        assert peer == PEER
        self.sent += len(message)


def answer_search(message):
    end = Socket()
    ssdp_messages.answer(end, Board, NETWORK, message, PEER)
    assert end.sent <= MOST_SENT


def read_form(body):
    try:
        typed = portal_form.fields(body)
    except ValueError:
        return
    changed = portal_form.changes(typed, {})
    portal_form.faults_in(typed, changed, {})


def answer_name(query):
    reply = captive_dns.answer(query, b"\xc0\xa8\4\1")
    assert reply is None or len(reply) <= 2 * len(query)


MESSAGES = (
    (QUERY, answer_name),
    (REPLY, lambda message: dns.address(message, 4711)),
    (REPLY[:12] + b"\xc0\x0c" * 20, lambda message: dns.address(message, 4711)),
    (TIME, lambda message: ntp.seconds(message, b"abcdefgh")),
    (SEARCH, answer_search),
    (FORM, read_form),
)


def mutated(message):
    data = bytearray(message)
    for _ in range(random.randrange(1, 8)):
        at = random.randrange(len(data))
        kind = random.randrange(3)
        if kind == 0:
            data[at] = random.getrandbits(8)
        elif kind == 1:
            data = data[:at] + data[at + random.randrange(1, 6) :] + b"\0"
        else:
            data = (
                data[:at] + bytes([random.getrandbits(8) for _ in range(random.randrange(1, 6))]) + data[at:]
            )
    return bytes(data)


def main(seed, count):
    random.seed(seed)
    faults = []
    for number in range(count):
        message, take = MESSAGES[number % len(MESSAGES)]
        message = mutated(message)
        try:
            take(message)
        except Exception as error:
            faults.append("%r for %r" % (error, message))
    print(json.dumps({"tried": count, "faults": faults[:5]}))


main(int(sys.argv[1]), int(sys.argv[2]))
