"""Whatever a client sends, the server has a reply of the contract, and no request writes a crash report.

The suite sends a table and some thousand mutated requests; with P1_LONG=1 in the environment many more.
"""

import random
import socket
from pathlib import Path

import pytest

from tests.attacks.conftest import Recorded
from tests.attacks.firmware import INTERPRETERS, attacked, goes_on, telegrams
from tests.device.api import contract
from tests.device.api.device import Device, parse, rest
from tests.device.storage.conftest import LONG

pytestmark = pytest.mark.usefixtures("socket_enabled")

MUTATED = 20_000 if LONG else 300
"""For each interpreter."""
STATUSES = {200, 202, 304, 400, 401, 403, 404, 405, 409, 410, 411, 413, 421, 429, 431, 503, 507}
PATHS = sorted(path.replace("{day}", "2026-11-12") for path in contract.SPEC["paths"] if path != "/api/live")
DIGITS = "0" * 400
# What, the request without its last blank line, and the status.
TABLE: list[tuple[str, bytes, int]] = [
    ("no text as the page's version", b"GET / HTTP/1.1\r\nHost: p1\r\nIf-None-Match: \xff", 200),
    ("half of a character as a version", b'GET / HTTP/1.1\r\nIf-None-Match: "\xc3', 200),
    ("bytes as an address", b"GET / HTTP/1.1\r\nHost: \xff\xfe", 200),
    ("bytes with a dot as an address", b"GET / HTTP/1.1\r\nHost: \xff.\xfe", 421),
    ("address in brackets", b"GET / HTTP/1.1\r\nHost: [::1]:80", 200),
    ("name in brackets", b"GET / HTTP/1.1\r\nHost: [evil.example]", 421),
    ("numbers beyond an address", b"GET / HTTP/1.1\r\nHost: 999.999.999.999", 421),
    ("address with a number too many", b"GET / HTTP/1.1\r\nHost: 192.168.0.1.5", 421),
    ("address of empty numbers", b"GET / HTTP/1.1\r\nHost: 1..2.3", 421),
    ("long number in an address", b"GET / HTTP/1.1\r\nHost: 192.168.0.9" + DIGITS.encode(), 421),
    ("bytes as an origin", b"GET /watt HTTP/1.1\r\nOrigin: http://localhost:\xff", 200),
    ("origin with a line end", b"GET /watt HTTP/1.1\r\nOrigin: http://localhost:80\n\nx", 200),
    ("bytes as a token", b"GET /api/device HTTP/1.1\r\nAuthorization: Bearer \xff\0", 200),
    ("bytes in a path", b"GET /\xff\xfe HTTP/1.1", 404),
    ("nothing in a path", b"GET  HTTP/1.1", 404),
    ("path out of the card", b"GET /meter/../config.json HTTP/1.1", 404),
    ("path out of the card, coded", b"GET /meter/%2e%2e/config.json HTTP/1.1", 404),
    ("path of a quarter with digits of others", "GET /meter/٢٠٢٦/11/12/1815W.json HTTP/1.1".encode(), 404),
    ("day of bytes", b"GET /api/days/\xff\xff\xff\xff-\xff\xff-\xff\xff HTTP/1.1", 400),
    ("month of letters", b"GET /api/months/2026-xx HTTP/1.1", 400),
    ("year beyond", b"GET /api/years/9999 HTTP/1.1", 400),
    ("history of bytes", b"GET /api/history?from=\xff&to=\xff HTTP/1.1", 400),
    ("history of no hour", b"GET /api/history?from=2026-11-12T99:00:00Z&to=2027-01-01 HTTP/1.1", 400),
    (
        "history with a short offset",
        b"GET /api/history?from=2026-11-12T09:00:00+&to=2027-01-01 HTTP/1.1",
        400,
    ),
    (
        "month of the original of 400 digits",
        b"GET /historic/months?year=" + DIGITS.encode() + b" HTTP/1.1",
        200,
    ),
    ("length of 400 digits", b"POST /api/session HTTP/1.1\r\nContent-Length: " + DIGITS.encode(), 411),
    ("negative length", b"POST /api/session HTTP/1.1\r\nContent-Length: -1", 400),
    ("two lengths", b"POST /api/session HTTP/1.1\r\nContent-Length: 0\r\nContent-Length: 9", 411),
    ("chunks", b"POST /api/session HTTP/1.1\r\nTransfer-Encoding: chunked", 411),
    ("method of bytes", b"\xff\xfe /api/device HTTP/1.1", 405),
    ("no HTTP", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 400),
    ("SSH", b"SSH-2.0-OpenSSH_9.6", 400),
    ("500 headers", b"GET /watt HTTP/1.1\r\n" + b"a:\r\n" * 480 + b"a:", 200),
    ("folded header", b"GET /watt HTTP/1.1\r\nHost: p1\r\n .evil.example", 200),
]
BODIES = (
    b"",
    b"{",
    b"null",
    b"[]",
    b'"x"',
    b"1e999",
    b"\xff\xfe{",
    b'{"password":null}',
    b'{"password":{}}',
    b'{"password":"\\ud800"}',
    b'{"name":[]}',
    b'{"ticket":5}',
    b'{"wifi":5}',
    b'{"wifi":{"ssid":"\\ud800"}}',
    b'{"access":[]}',
    b'{"access":{"password":1}}',
    b'{"access":{"hosts":[[]]}}',
    b'{"confirm":[1]}',
    b"[" * 900 + b"]" * 900,
    b'{"a":' * 300 + b"1" + b"}" * 300,
)
HEADERS = (
    b"Host: p1.local",
    b"Host: \xff",
    b"Host: [",
    b"Origin: null",
    b"Origin: http://localhost:8080",
    b"Authorization: Bearer",
    b"Authorization: Bearer \0",
    b"If-None-Match: *",
    b"Accept: text/csv",
    b"Content-Length: 5",
    b"Content-Length: x",
    b"Transfer-Encoding: gzip",
    b"Expect: 100-continue",
    b":",
    b"\0",
    b"x" * 600,
)


def mutated(source: random.Random) -> bytes:
    """A request of some method, path, headers and body, with some bytes of it changed."""
    method = source.choice((b"GET", b"GET", b"POST", b"PATCH", b"DELETE", b"HEAD", b"get", b"\xc3"))
    path = source.choice(PATHS).encode()
    if source.random() < 0.3:
        path += source.choice(
            (b"?", b"?id=", b"?from=&to=", b"?year=x&month=-1&day=\xff", b"/..", b"%00", b"//")
        )
    body = source.choice(BODIES) if method in (b"POST", b"PATCH", b"DELETE") else b""
    headers = [source.choice(HEADERS) for _ in range(source.randrange(4))]
    if body:
        headers.append(b"Content-Length: %d" % len(body))
    sent = bytearray(b"\r\n".join([b"%s %s HTTP/1.1" % (method, path), *headers, b"", body]))
    for _ in range(source.choice((0, 0, 1, 1, 2, 5))):
        at = source.randrange(len(sent))
        match source.randrange(3):
            case 0:
                sent[at] = source.randrange(256)
            case 1:
                del sent[at : at + source.randrange(1, 8)]
            case 2:
                sent[at:at] = source.randbytes(source.randrange(1, 8))
    return bytes(sent)


def exchange(device: Device, sent: bytes) -> bytes:
    """The reply to bytes after which the client sends no more."""
    with device.connect() as end:
        try:
            end.sendall(sent)
            end.shutdown(socket.SHUT_WR)
            return rest(end)
        except ConnectionResetError, BrokenPipeError:
            return b"reset"


@pytest.mark.timeout(900 if LONG else 120)
@pytest.mark.parametrize("interpreter", INTERPRETERS)
def test_each_request_has_a_reply_of_the_contract(interpreter: str, tmp_path: Path):
    with attacked(interpreter, card=tmp_path, speed=10) as device:
        for what, sent, status in TABLE:
            assert parse(device.exchange(sent + b"\r\n\r\n")).status == status, what
        for path in PATHS:
            for body in BODIES:
                for method in ("post", "patch", "delete"):
                    if method in contract.SPEC["paths"].get(path, {}):
                        head = f"{method.upper()} {path} HTTP/1.1\r\nContent-Length: {len(body)}\r\n\r\n"
                        status = parse(device.exchange(head.encode() + body)).status
                        assert status in STATUSES, (method, path, body)
                        assert status != 200 or path == "/api/identify", (method, path, body)
        goes_on(device)


@pytest.mark.timeout(3000 if LONG else 120)
@pytest.mark.parametrize("interpreter", INTERPRETERS)
def test_mutated_request_is_answered_or_incomplete(
    interpreter: str, tmp_path: Path, record_property: Recorded
):
    source = random.Random(12)
    with attacked(interpreter, card=tmp_path, speed=10) as device:
        before = telegrams(device)
        for number in range(MUTATED):
            sent = mutated(source)
            answer = exchange(device, sent)
            if b"\r\n\r\n" in sent and answer != b"reset" and answer:
                assert int(answer.split(b" ")[1]) in STATUSES, (number, sent)
            elif b"\r\n\r\n" in sent:
                assert is_short(sent), (number, sent)
        record_property("security.requests_mutated", MUTATED)
        assert telegrams(device) > before
        goes_on(device)


def is_short(sent: bytes) -> bool:
    """True if the body of a request is shorter than its Content-Length, so that the server waits for more."""
    head, _, body = sent.partition(b"\r\n\r\n")
    for line in head.split(b"\r\n")[1:]:
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            value = value.strip()
            return value.isdigit() and int(value[:9]) > len(body)
    return False
