"""auth/access.py and auth/token_routes.py: who is let in."""

import json
import os

from auth import token_routes
from auth.access import Access
from auth.password import derive
from auth.sign_in import create_session
from auth.tokens import equal
from board.flash_json import read_json, write_json
from meter.timestamp import seconds
from server.http import Refused, Request

FLASH = "build/tests/flash_of_access"
PASSWORD = "correct horse"


class Clock:
    speed = 1

    def __init__(self):
        self.now_s = 100

    def uptime_s(self):
        return self.now_s

    async def limit(self, awaitable, _):
        return await awaitable


class Socket:
    left = False

    def read(self, _):
        return b"" if self.left else None


class Stream:
    """A client; draining raises `fault` if it is set."""

    def __init__(self):
        self.written = b""
        self.s = Socket()
        self.fault = None

    def write(self, piece):
        self.written += bytes(piece)

    async def drain(self):
        if self.fault:
            raise self.fault


class Button:
    window = 0

    def close(self):
        self.window = 0


class Board:
    flash = FLASH


class Reader:
    """With a parser, and its reading."""

    def __init__(self):
        self.parser = self
        self.reading = {"time": None}


class Device:
    def __init__(self):
        self.board = Board()
        self.clock = Clock()
        self.button = Button()
        self.reader = Reader()
        self.config = {"closed": False}
        self.access = Access(self)


async def monitor(password=PASSWORD):
    try:
        os.mkdir(FLASH)
    except OSError:
        pass
    secrets = {"setup_password": "of the box"}
    if password:
        digest = await derive(password.encode(), b"salt", 5)
        secrets["password"] = {"salt": b"salt".hex(), "rounds": 5, "hash": digest.hex()}
    write_json(Board(), "secrets.json", secrets)
    return Device()


def request(monitor, head, body=None, token=None):
    text = head + " HTTP/1.1\r\n"
    if token:
        text += "Authorization: Bearer %s\r\n" % token
    content = b"" if body is None else json.dumps(body).encode()
    asked = Request(
        Stream(), monitor.clock, ("%sContent-Length: %d\r\n\r\n" % (text, len(content))).encode() + content
    )
    if body is not None:
        asked.check()
    return asked


async def reply(handler, monitor, head, body=None, token=None):
    """(status, what was told): of a refusal too."""
    asked = request(monitor, head, body, token)
    try:
        part = handler(monitor, asked)
        while part:
            part = await part
    except Refused as refused:
        return refused.status, refused.why
    status, _, rest = asked.stream.written.partition(b"\r\n")
    return int(status.split(b" ")[1]), json.loads(rest.partition(b"\r\n\r\n")[2])


def is_let_in(monitor, token):
    try:
        monitor.access.require(request(monitor, "GET /", token=token))
    except Refused as refused:
        return refused.status != 401
    return True


async def session(monitor, password=PASSWORD):
    return await reply(create_session, monitor, "POST /api/session", {"password": password})


async def new_token(monitor, name="HA", token=None, **more):
    more["name"] = name
    return await reply(token_routes.create_token, monitor, "POST /api/tokens", more, token)


def test_hashes_are_the_same_or_not():
    assert equal(b"", b"")
    assert equal(b"\0\1\2", b"\0\1\2")
    for other in (b"\0\1\3", b"\1\1\2", b"\0\1", b"\0\1\2\3", b""):
        assert not equal(b"\0\1\2", other)
        assert not equal(other, b"\0\1\2")


async def test_nobody_is_let_in_without_a_token():
    device = await monitor()
    for token in (None, "", "x", "0" * 32, PASSWORD):
        assert not is_let_in(device, token), token


async def test_session_is_for_the_password_only():
    device = await monitor()
    status, told = await session(device)
    assert (status, told["expires_s"]) == (200, 43200)
    assert is_let_in(device, told["token"])
    assert not is_let_in(device, told["token"][:-1])
    assert not is_let_in(device, told["token"].upper())
    device.clock.now_s += 1000
    assert (await session(device, "correct horsf"))[0] == 401


async def test_session_ends_after_its_time_and_with_a_restart():
    device = await monitor()
    token = (await session(device))[1]["token"]
    device.clock.now_s += 43199
    assert is_let_in(device, token)
    device.clock.now_s += 1
    assert not is_let_in(device, token)
    token = (await session(device))[1]["token"]
    assert not is_let_in(Device(), token)


async def test_sessions_are_few_and_the_oldest_goes():
    device = await monitor()
    tokens = []
    while len(tokens) < 5:
        tokens.append((await session(device))[1]["token"])
    assert [is_let_in(device, token) for token in tokens] == [False, True, True, True, True]


async def test_wait_after_wrong_passwords_doubles_up_to_a_minute():
    device = await monitor()
    waits = []
    for _ in range(8):
        assert (await session(device, "wrong"))[0] == 401
        waits.append(device.access.next_try_s - device.clock.now_s)
        # Not even the right one is looked at before its time.
        assert (await session(device))[0] == 429
        device.clock.now_s += waits[-1]
    assert waits == [2, 4, 8, 16, 32, 60, 60, 60]
    assert (await session(device))[0] == 200
    assert (await session(device, "wrong"))[0] == 401
    assert device.access.next_try_s - device.clock.now_s == 2


async def test_strange_passwords_count_as_wrong():
    device = await monitor()
    for strange in (None, 5, [], {}, True):
        assert (await session(device, strange))[0] == 401, strange
        device.clock.now_s += 60
    assert device.access.failures == 5


async def test_bodies_that_are_none_are_named():
    device = await monitor()
    for body in ([], 5, "text", None):
        status, _ = await reply(create_session, device, "POST /api/session", body)
        assert status == (411 if body is None else 400), body


async def test_without_a_password_nobody_signs_in_with_one():
    device = await monitor(password=None)
    assert (await session(device))[0] == 409
    assert (await session(device, ""))[0] == 409
    assert (await new_token(device, password=""))[0] == 409


async def test_token_is_for_the_password_a_session_or_who_stands_at_the_device():
    device = await monitor()
    assert (await new_token(device))[0] == 401
    assert (await new_token(device, password="wrong"))[0] == 401
    device.clock.now_s += 60
    assert (await new_token(device, token="0" * 32))[0] == 401
    by_password = await new_token(device, password=PASSWORD)
    by_session = await new_token(device, token=(await session(device))[1]["token"])
    device.button.window = 10
    by_button = await new_token(device)
    for status, told in (by_password, by_session, by_button):
        assert status == 201
        assert is_let_in(device, told["token"])
        assert is_let_in(Device(), told["token"])  # a restart keeps it
    # One press, one token.
    assert (await new_token(device))[0] == 401


async def test_name_of_a_token_is_text():
    device = await monitor()
    for name in ("", "x" * 33, None, 5, [], "a\nb"):
        assert (await new_token(device, name, password=PASSWORD))[0] == 400, name
    assert device.access.failures == 0
    assert (await new_token(device, "H\xe9l\xe8ne's phone", password=PASSWORD))[1][
        "name"
    ] == "H\xe9l\xe8ne's phone"


async def test_tokens_are_listed_without_what_they_are():
    device = await monitor()
    device.reader.reading["time"] = (seconds(2024, 1, 12, 16, 44, 35), False)
    told = (await new_token(device, password=PASSWORD))[1]
    status, listed = await reply(token_routes.list_tokens, device, "GET /api/tokens")
    assert status == 200
    assert listed == {"tokens": [{"id": told["id"], "name": "HA", "created": "2024-01-12T16:44:35+01:00"}]}
    kept = json.dumps(read_json(device.board, "secrets.json"))
    assert told["token"] not in kept
    assert told["token"] not in json.dumps(listed)
    assert json.loads(kept)["setup_password"] == "of the box"


async def test_deleted_token_lets_nobody_in():
    device = await monitor()
    first = (await new_token(device, "a", password=PASSWORD))[1]
    second = (await new_token(device, "b", password=PASSWORD))[1]
    status, left = await reply(token_routes.delete_token, device, "DELETE /api/tokens?id=" + first["id"])
    assert (status, [token["name"] for token in left["tokens"]]) == (200, ["b"])
    for access in (device, Device()):
        assert not is_let_in(access, first["token"])
        assert is_let_in(access, second["token"])
    for wrong in ("", "?id=", "?id=" + first["id"], "?id=" + second["id"][:-1]):
        assert (await reply(token_routes.delete_token, device, "DELETE /api/tokens" + wrong))[0] == 404, wrong


async def test_there_are_at_most_eight_tokens():
    device = await monitor()
    for number in range(8):
        assert (await new_token(device, "t%d" % number, password=PASSWORD))[0] == 201
    device.button.window = 10
    assert (await new_token(device))[0] == 409
    assert device.button.window  # the press is not used up
    assert len(device.access.tokens) == 8 * 32


def admitted(device, path, token=None):
    try:
        device.access.admit(request(device, "GET " + path, token=token))
    except Refused as refused:
        return refused.status
    return 200


async def test_reading_is_open_until_it_is_closed():
    device = await monitor()
    token = (await new_token(device, password=PASSWORD))[1]["token"]
    figures = (
        "/api/device",
        "/api/live",
        "/api/config",
        "/current/quarter",
        "/meter/2026/11/12/1830W.json",
        "/historic/years",
        "/watt",
        "/crashlog.txt",
    )
    pages = ("/", "/index.html", "/update", "/description.xml")
    for path in figures + pages:
        assert admitted(device, path) == 200, path
    device.config["closed"] = True
    for path in figures:
        assert admitted(device, path) == 401, path
        assert admitted(device, path, "0" * 32) == 401, path
        assert admitted(device, path, token) == 200, path
    for path in pages:
        assert admitted(device, path) == 200, path


async def test_secrets_that_the_flash_lost_let_nobody_in():
    device = await monitor()
    token = (await new_token(device, password=PASSWORD))[1]["token"]
    with open(FLASH + "/secrets.json", "w") as file:
        file.write('{"tokens": [{"id"')
    assert not is_let_in(Device(), token)
    assert (await session(Device()))[0] == 409


async def test_names_are_any_text():
    device = await monitor()
    for name in ("Home Assistant Château", "Moritz\u2019s iPhone", "🏠" * 32):
        status, told = await new_token(device, name, password=PASSWORD)
        assert (status, told["name"]) == (201, name)


async def test_failed_try_leaves_no_token():
    device = await monitor()
    for fault, left in ((OSError(104), False), (MemoryError(), False), (None, True)):
        device.button.window = 1
        asked = request(device, "POST /api/tokens", {"name": "HA"})
        asked.stream.fault = fault
        asked.stream.s.left = left
        try:
            await (await token_routes.create_token(device, asked))
            raise AssertionError("the try does not fail")
        except (OSError, MemoryError):
            pass
        assert not read_json(Board(), "secrets.json").get("tokens")
        assert not device.access.tokens


async def test_failed_try_undoes_no_other_change():
    device = await monitor()
    _, kept = await new_token(device, "kept", password=PASSWORD)
    _, deleted = await new_token(device, "deleted", password=PASSWORD)

    class Leaving(Stream):
        async def drain(self):
            secrets = read_json(Board(), "secrets.json")
            secrets["tokens"] = [each for each in secrets["tokens"] if each["id"] != deleted["id"]]
            secrets["other"] = "new"
            write_json(Board(), "secrets.json", secrets)
            raise OSError(104)

    device.button.window = 1
    asked = request(device, "POST /api/tokens", {"name": "HA"})
    asked.stream = Leaving()
    try:
        await (await token_routes.create_token(device, asked))
        raise AssertionError("the try does not fail")
    except OSError:
        pass
    secrets = read_json(Board(), "secrets.json")
    assert [each["id"] for each in secrets["tokens"]] == [kept["id"]]
    assert secrets["other"] == "new"
