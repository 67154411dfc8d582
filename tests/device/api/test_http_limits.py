"""What a peer cannot make the server do: keep memory, keep a connection, read a file of its own choice."""

import socket
import time

import pytest

from tests.device.api.device import Device, parse, request, rest, running, serves_five_at_once, wait_for

SPEED = 2  # of the device's clock: 2 s are one second here
SLACK_S = 5  # that this computer may be late
HEAD = 2048


@pytest.fixture(scope="module")
def device(sockets: None, tmp_path_factory: pytest.TempPathFactory):
    card = tmp_path_factory.mktemp("card")
    (card / "config.json").write_text('{"wifi":{"password":"geheim"}}')
    (card / "secret.json").write_text('{"key":"geheim"}')
    (card / "meter/2026/11/12").mkdir(parents=True)
    (card / "meter/2026/11/12/1800W.json").write_text('{"quarter_id":1}')
    (card / "meter/secret.json").write_text('{"key":"geheim"}')
    with running(speed=SPEED, card=card) as device:
        yield device


@pytest.fixture(autouse=True)
def _no_connection_is_left(device: Device):
    """After each of these tests five requests are served at once."""
    yield
    serves_five_at_once(device)


def head_of(length: int) -> bytes:
    """A request whose head has so many bytes."""
    empty = request("/watt", "X: \r\n")
    return request("/watt", f"X: {'x' * (length - len(empty))}\r\n")


def closed_after(begin: float, end: socket.socket) -> tuple[float, bytes]:
    """Seconds from a moment until the server closes a connection, and what it said."""
    try:
        said = rest(end)
    except ConnectionResetError:
        said = b""
    return time.monotonic() - begin, said


def test_head_of_2048_bytes_is_served_and_one_byte_more_is_not(device: Device):
    assert len(head_of(HEAD)) == HEAD
    for length, status in ((HEAD - 1, 200), (HEAD, 200), (HEAD + 1, 431), (HEAD + 500, 431), (9000, 431)):
        assert parse(device.exchange(head_of(length))).status == status, length


def test_head_may_come_in_pieces(device: Device):
    for size in (1, 7, 100):
        whole = request("/watt")
        with device.connect() as end:
            for at in range(0, len(whole), size):
                end.sendall(whole[at : at + size])
            assert parse(rest(end)).status == 200, size


def test_long_path_or_query_is_read_like_any_other(device: Device):
    assert device.get("/" + "a" * 1900).status == 404
    assert device.get("/watt?" + "a=1&" * 400).status == 200
    assert device.get("/historic/months?" + "a=1&" * 400 + "year=2026").status == 200
    assert device.get("/" + "a" * 3000).status == 431


def test_connection_without_a_request_is_closed_after_two_seconds(device: Device):
    begin = time.monotonic()
    with device.connect() as end:
        seconds, said = closed_after(begin, end)
    assert said == b""
    assert 1.5 / SPEED < seconds < 2 / SPEED + SLACK_S


def test_head_that_does_not_end_is_left_after_five_seconds(device: Device):
    begin = time.monotonic()
    with device.connect() as end:
        end.sendall(b"GET /watt HTTP/1.1\r\nHost: a")
        seconds, said = closed_after(begin, end)
    assert said == b""
    assert 4 / SPEED < seconds < 5 / SPEED + SLACK_S


def test_head_that_drips_does_not_keep_a_connection_longer(device: Device):
    begin = time.monotonic()
    with device.connect() as end:
        end.settimeout(0.05)
        while time.monotonic() < begin + 20:
            try:
                end.sendall(b"x")
                if not end.recv(1):
                    break
            except TimeoutError:
                continue
            except OSError:
                break
    assert time.monotonic() - begin < 7 / SPEED + SLACK_S


def test_sixth_connection_waits_and_is_served(device: Device):
    begin = time.monotonic()
    idle = [device.connect() for _ in range(5)]
    assert device.get("/watt").status == 200
    assert time.monotonic() - begin > 1 / SPEED
    for end in idle:
        assert closed_after(begin, end)[1] == b""
        end.close()


def test_ten_clients_at_once_are_all_served(device: Device):
    ends = []
    for _ in range(10):
        ends.append(device.connect())
        ends[-1].sendall(request("/api/device"))
    for end in ends:
        assert parse(rest(end)).json()["id"] == "0200c3000001"
        end.close()


@pytest.mark.parametrize(
    "header",
    [
        "Content-Length: 1",
        "Content-Length: -5",
        "Content-Length: 99999999999999999999999",
        "Content-Length: 0x10",
        "Content-Length: five",
        "Content-Length: 0, 5",
        "Transfer-Encoding: chunked",
        "transfer-encoding:gzip, chunked",
    ],
)
def test_request_that_announces_a_body_is_refused(device: Device, header: str):
    assert device.get("/watt", f"{header}\r\n").status == 413


def test_request_without_a_body_may_say_so(device: Device):
    assert device.get("/watt", "Content-Length: 0\r\n").status == 200


def test_body_behind_the_head_is_not_read_and_the_reply_still_arrives(device: Device):
    for size in (1, 1000, 3000):
        data = request("/watt", f"Content-Length: {size}\r\n") + b"x" * size
        assert parse(device.exchange(data)).status == 413, size


@pytest.mark.parametrize(
    ("path", "header", "status"),
    [
        ("/api/device", "Content-Length: 3000", 405),
        ("/api/device", "Content-Length: 100000", 405),
        ("/api/restart", "Content-Length: 3000", 401),
        ("/api/session", "Content-Length: 3000", 413),
        ("/api/session", "Content-Length: 3000\r\nOrigin: http://evil.example", 403),
        ("/api/session", "Transfer-Encoding: chunked", 411),
        ("/api/session", "Content-Length: -3000", 400),
        ("/api/session", "Content-Length: 0x10", 400),
        ("/api/session", "Content-Length: 0, 5", 400),
        ("/api/session", "Content-Length: 0", 411),
        ("/api/identify", "Content-Length: 1500", 200),
        ("/api/identify", "Content-Length: 3000", 413),
    ],
)
def test_reply_to_a_change_arrives_whatever_its_body_is(device: Device, path: str, header: str, status: int):
    size = next((size for size in (100000, 1500) if str(size) in header), 3000)
    data = request(path, f"{header}\r\n").replace(b"GET", b"POST") + b"x" * size
    assert parse(device.exchange(data)).status == status


def test_body_that_does_not_come_is_left_after_five_seconds(device: Device):
    for path, status in (("/api/device", 405), ("/api/session", None)):
        begin = time.monotonic()
        with device.connect() as end:
            end.sendall(request(path, "Content-Length: 500\r\n").replace(b"GET", b"POST") + b"{")
            seconds, said = closed_after(begin, end)
        assert (parse(said).status if said else None) == status
        assert 4 / SPEED < seconds < 5 / SPEED + SLACK_S


@pytest.mark.parametrize(
    "method", ["POST", "PUT", "DELETE", "HEAD", "OPTIONS", "PATCH", "TRACE", "get", "BREW"]
)
def test_any_method_but_get_is_refused_where_a_path_is_only_read(device: Device, method: str):
    reply = parse(device.exchange(request("/api/device").replace(b"GET", method.encode())))
    assert (reply.status, reply.text()) == (405, "Not with this method")
    assert not [name for name in reply.headers if name.startswith("access-control")]


@pytest.mark.parametrize(
    "data",
    [
        b"\r\n\r\n",
        b"hello\r\n\r\n",
        b"GET\r\n\r\n",
        b"GET /watt\r\n\r\n",
        b"GET  /watt HTTP/1.1\r\n\r\n",
        b"GET /wa tt HTTP/1.1\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\r\n\r\n",
        bytes(range(256)) + b"\r\n\r\n",
        b"\xff" * 600 + b"\r\n\r\n",
    ],
)
def test_what_is_no_http_is_refused_in_one_line(device: Device, data: bytes):
    reply = parse(device.exchange(data))
    assert (reply.status, reply.text()) == (400, "Not an HTTP request")


def test_host_from_elsewhere_is_refused_on_every_method(device: Device):
    for host in (
        "evil.example",
        "evil.example:80",
        "digimon.local.evil.example",
        "192.168.0.250.evil.example",
    ):
        for method in ("GET", "POST"):
            data = f"{method} /api/device HTTP/1.1\r\nHost: {host}\r\n\r\n".encode()
            reply = parse(device.exchange(data))
            assert reply.status == 421, host
            assert b"0200c3000001" not in reply.body


def test_host_of_the_house_is_served(device: Device):
    for host in (
        "192.168.0.250",
        "127.0.0.1:8080",
        "[fe80::1]:80",
        "digimon",
        "digimon.local",
        "DIGIMON.LOCAL:80",
    ):
        data = f"GET /watt HTTP/1.1\r\nHost: {host}\r\n\r\n".encode()
        assert parse(device.exchange(data)).status == 200, host
    assert parse(device.exchange(b"GET /watt HTTP/1.0\r\n\r\n")).status == 200


def test_no_other_origin_may_read_a_reply(device: Device):
    for path in ("/api/device", "/current/quarter", "/nothing", "/meter/2026/11/12/1800W.json"):
        reply = device.get(path, "Origin: http://evil.example\r\n")
        assert not [name for name in reply.headers if name.startswith("access-control")], path


@pytest.mark.parametrize(
    "path",
    [
        "/config.json",
        "/meter/../config.json",
        "/meter/config.json",
        "/meter/secret.json",
        "/meter/",
        "/meter/2026",
        "/meter/2026/11/12",
        "/meter/2026/11/12/",
        "/meter/2026/11/12/../../../../config.json",
        "/meter/2026/11/12/1800W.json/",
        "/meter/2026/11/12/1800W.json/../../../../../config.json",
        "/meter/2026/11/12/1800X.json",
        "/meter/2026/11/12/1800.json",
        "/meter/2026/11/12/180OW.json",
        "/meter/2026//1/12/1800W.json",
        "/meter/....//11/12/1800W.json",
        "/meter/%2e%2e/config.json",
        "/meter/..%2fconfig.json",
        "/meter/2026/11/12/1800W%2ejson",
        "//meter/2026/11/12/1800W.json",
        "/meter//2026/11/12/1800W.json",
        "/meter\\2026\\11\\12\\1800W.json",
        "/meter/2026/11/12/1800W.json\0",
        "/meter/2026/11/12/2315W.json",
        "/meter/\xff\xfe/11/12/1800W.json",
        "/meter/\xff\xff\xff\xff/11/12/1800W.json",
        "/\xff",
        "/historic/../../config.json",
        "/historic/years/",
        "/historic/\xff",
        "/page/index.html",
        "/main.py",
        "/../config.json",
        "http://digimon.local/meter/2026/11/12/1800W.json",
    ],
)
def test_no_path_leads_to_another_file(device: Device, path: str):
    reply = device.get(path)
    assert (reply.status, reply.text()) == (404, "Item not found")


@pytest.mark.parametrize(
    "query",
    [
        "year=..",
        "year=../..",
        "year=2026/11",
        "year=%2e%2e",
        "year=",
        "year=-1",
        "year=+2026",
        "year=20%2026",
        "year=12345",
        "year=\xb2",
        "year=2026\0",
    ],
)
def test_argument_that_is_no_number_finds_nothing(device: Device, query: str):
    reply = device.get(f"/historic/months?{query}")
    assert (reply.status, reply.text()) == (200, "{}")


def test_number_of_no_date_finds_nothing(device: Device):
    for query in ("year=0", "year=9999", "year=2025"):
        assert device.get(f"/historic/months?{query}").json() == {}
    assert device.get("/historic/days?year=2026&month=99").json() == {}
    assert device.get("/historic/quarters?year=2026&month=0&day=0").json() == {}
    assert device.get("/historic/quarters?year=2026&month=11&day=9999").json() == {}


def test_second_request_on_a_connection_is_not_answered(device: Device):
    data = device.exchange(request("/watt") + request("/watt"))
    assert data.count(b"HTTP/1.1 200 ") == 1


def test_peers_that_leave_early_cost_nothing(device: Device):
    for number in range(12):
        end = device.connect()
        if number % 3:
            end.sendall(request("/api/reading")[: 5 if number % 3 == 1 else None])
        if number % 2:
            end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")  # reset
        end.close()
    assert device.get("/watt").status == 200


def test_peer_that_takes_nothing_is_left(device: Device):
    ends = []
    for _ in range(5):
        end = device.connect(receive_buffer=2048)
        end.sendall(request("/api/reading"))
        ends.append(end)
    assert device.get("/watt").status == 200
    for end in ends:
        end.close()


def test_meter_is_read_all_the_while(device: Device):
    health = device.get("/api/device").json()["p1"]
    assert (health["crc_errors"], health["overruns"]) == (0, 0)
    wait_for(lambda: device.get("/api/device").json()["p1"]["telegrams"] > health["telegrams"], "telegrams")
