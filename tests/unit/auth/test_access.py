"""auth/access.py, auth/token_routes.py and auth/asks.py: who is let in."""

import hashlib
import json
import os

from connection import Server, Stream

from api import settings
from auth import token_routes, tokens as token_check
from auth.access import Access
from auth.password import derive
from auth.sign_in import create_session
from auth.tokens import BY_BUTTON, OWNER, READ, SETTINGS, equal
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


class Client(Stream):
    """A client; writing to it raises `fault` if it is set."""

    fault = None

    def write(self, piece):
        if self.fault:
            raise self.fault
        return super().write(piece)

    def read(self, _):
        return b"" if self.left else None


class Button:
    closed = False

    def close(self):
        self.closed = True


class Live:
    looks = 0

    def look_again(self):
        self.looks += 1


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
        self.live = Live()
        self.notes = []
        self.note = self.notes.append
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


def request(monitor, head, body=None, token=None, address="192.168.0.9"):
    text = head + " HTTP/1.1\r\n"
    if token:
        text += "Authorization: Bearer %s\r\n" % token
    content = b"" if body is None else json.dumps(body).encode()
    asked = Request(
        Client(),
        Server(monitor.clock),
        ("%sContent-Length: %d\r\n\r\n" % (text, len(content))).encode() + content,
    )
    asked.address = address
    if body is not None:
        asked.check()
    return asked


async def reply(handler, monitor, head, body=None, token=None, address="192.168.0.9"):
    """(status, what was told): of a refusal too."""
    asked = request(monitor, head, body, token, address)
    try:
        part = handler(monitor, asked)
        while part:
            part = await part
    except Refused as refused:
        return refused.status, refused.why
    status, _, rest = asked.stream.written.partition(b"\r\n")
    return int(status.split(b" ")[1]), json.loads(rest.partition(b"\r\n\r\n")[2])


def is_let_in(monitor, token, kind=READ):
    try:
        monitor.access.require(request(monitor, "GET /", token=token), kind)
    except Refused as refused:
        return refused.status != 401
    return True


async def session(monitor, password=PASSWORD, address="192.168.0.9"):
    body = {"password": password}
    return await reply(create_session, monitor, "POST /api/session", body, address=address)


async def new_token(monitor, name="HA", token=None, address="192.168.0.9", **more):
    more["name"] = name
    return await reply(token_routes.create_token, monitor, "POST /api/tokens", more, token, address)


async def many_asks(monitor, count):
    """What a guest is told who asks so many times."""
    told = [None] * count
    for number in range(count):
        told[number] = (await new_token(monitor, "guest", address="192.168.0.66"))[1]
    return told


async def repeated(monitor, ticket, address="192.168.0.9", handler=token_routes.create_token):
    return await reply(handler, monitor, "POST /api/tokens", {"ticket": ticket}, address=address)


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
        # Not even the right one is looked at before its time.
        status, why = await session(device)
        assert status == 429
        assert why.endswith(" s, or press BOOT")
        waits.append(int(why.split(" in ")[1].split(" ")[0]))
        device.clock.now_s += waits[-1]
    assert waits == [2, 4, 8, 16, 32, 60, 60, 60]
    assert (await session(device))[0] == 200
    assert (await session(device, "wrong"))[0] == 401
    device.clock.now_s += 2
    assert (await session(device))[0] == 200


async def test_wrong_passwords_of_one_address_make_no_other_wait():
    device = await monitor()
    guesser = "192.168.0.66"
    for _ in range(6):
        assert (await session(device, "wrong", guesser))[0] == 401
        device.clock.now_s += 1
        assert (await session(device))[0] == 429  # one look in 2 s
        device.clock.now_s += 1
        assert (await session(device))[0] == 200
        # From now on, the owner's address does not wait for the guesser's.
        device.clock.now_s += 60
        assert (await session(device, "wrong", guesser))[0] == 401
        assert (await session(device))[0] == 200
        device.clock.now_s += 60
        device.access.waits = []


async def test_guesses_of_many_addresses_are_looked_at_one_in_two_seconds():
    device = await monitor()
    assert (await session(device))[0] == 200
    looked_at = 0
    for second in range(100):
        for number in range(10):
            status, _ = await session(device, "wrong", "192.168.0.%d" % (100 + (second + number) % 20))
            looked_at += status == 401
        assert (await session(device))[0] == 200
        device.clock.now_s += 1
    assert 40 <= looked_at <= 50, looked_at
    assert len(device.access.waits) == 8


async def test_strange_passwords_count_as_wrong():
    device = await monitor()
    for strange in (None, 5, [], {}, True):
        assert (await session(device, strange))[0] == 401, strange
        device.clock.now_s += 60
    assert device.access.waits[0][2] == 5


async def test_bodies_that_are_none_are_named():
    device = await monitor()
    for handler, head in (
        (create_session, "POST /api/session"),
        (token_routes.create_token, "POST /api/tokens"),
        (settings.change, "PATCH /api/config"),
    ):
        for body in ([], 5, "text"):
            told = await reply(handler, device, head, body)
            assert told == (400, "The body is not a JSON object"), (head, body)
        assert (await reply(handler, device, head))[0] == 411


async def test_without_a_password_nobody_signs_in_with_it():
    device = await monitor(password=None)
    assert (await session(device))[0] == 409
    assert (await session(device, ""))[0] == 409
    assert (await new_token(device, password=""))[0] == 409


async def test_token_is_for_the_password_a_session_or_who_stands_at_the_device():
    device = await monitor()
    assert (await new_token(device, password="wrong"))[0] == 401
    device.clock.now_s += 60
    assert (await new_token(device, token="0" * 32))[0] == 401
    by_password = await new_token(device, password=PASSWORD)
    by_session = await new_token(device, token=(await session(device))[1]["token"])
    status, asked = await new_token(device)
    assert status == 202
    device.access.pressed(asked["presses"])
    by_button = await repeated(device, asked["ticket"])
    for status, told in (by_password, by_session, by_button):
        assert status == 201
        assert is_let_in(device, told["token"])
        assert is_let_in(Device(), told["token"])  # a restart keeps it
    # One ask, one token.
    assert (await repeated(device, asked["ticket"]))[0] == 410
    device.access.pressed(asked["presses"])
    assert (await repeated(device, asked["ticket"]))[0] == 410


async def test_name_of_a_token_is_text():
    device = await monitor()
    for name in ("", "x" * 33, None, 5, [], "a\nb", "a\x7f", "\x9b2J"):
        assert (await new_token(device, name, password=PASSWORD))[0] == 400, name
    assert device.access.waits == []
    assert (await new_token(device, "H\xe9l\xe8ne's phone", password=PASSWORD))[1][
        "name"
    ] == "H\xe9l\xe8ne's phone"


async def test_tokens_are_listed_without_what_they_are():
    device = await monitor()
    device.reader.reading["time"] = (seconds(2024, 1, 12, 16, 44, 35), False)
    told = (await new_token(device, password=PASSWORD))[1]
    status, listed = await reply(token_routes.list_tokens, device, "GET /api/tokens")
    assert status == 200
    entry = {"id": told["id"], "name": "HA", "kind": "settings", "created": "2024-01-12T16:44:35+01:00"}
    assert listed == {"tokens": [entry]}
    kept = json.dumps(read_json(device.board, "secrets.json"))
    assert told["token"] not in kept
    assert told["token"] not in json.dumps(listed)
    assert json.loads(kept)["setup_password"] == "of the box"


async def test_deleted_token_lets_nobody_in():
    device = await monitor()
    first = (await new_token(device, "a", password=PASSWORD))[1]
    second = (await new_token(device, "b", password=PASSWORD))[1]
    owner = (await session(device))[1]["token"]
    path = "DELETE /api/tokens?id=" + first["id"]
    assert (await reply(token_routes.delete_token, device, path, token=second["token"]))[0] == 403
    assert device.live.looks == 0
    status, left = await reply(token_routes.delete_token, device, path, token=owner)
    assert device.live.looks == 1
    assert (status, [token["name"] for token in left["tokens"]]) == (200, ["b"])
    for access in (device, Device()):
        assert not is_let_in(access, first["token"])
        assert is_let_in(access, second["token"])
    for wrong in ("", "?id=", "?id=" + first["id"], "?id=" + second["id"][:-1]):
        path = "DELETE /api/tokens" + wrong
        assert (await reply(token_routes.delete_token, device, path, token=owner))[0] == 404, wrong
    path = "DELETE /api/tokens?id=" + second["id"]
    assert await reply(token_routes.delete_token, device, path, token=second["token"]) == (
        200,
        {"tokens": []},
    )
    assert not is_let_in(device, second["token"])


async def test_there_are_at_most_eight_tokens():
    device = await monitor()
    for number in range(8):
        assert (await new_token(device, "t%d" % number, password=PASSWORD))[0] == 201
    assert (await new_token(device))[0] == 409
    assert device.access.asks == []
    assert len(device.access.tokens) == 8 * 33


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
        asked = request(device, "POST /api/tokens", {"name": "HA", "password": PASSWORD})
        asked.stream.fault = fault
        asked.stream.left = left
        try:
            await (await (await token_routes.create_token(device, asked)))
            raise AssertionError("the try does not fail")
        except (OSError, MemoryError):
            pass
        assert device.access.granted is None
        assert not read_json(Board(), "secrets.json").get("tokens")
        assert not device.access.tokens


async def test_failed_try_undoes_no_other_change():
    device = await monitor()
    _, kept = await new_token(device, "kept", password=PASSWORD)
    _, deleted = await new_token(device, "deleted", password=PASSWORD)

    class Leaving(Client):
        def write(self, piece):
            secrets = read_json(Board(), "secrets.json")
            secrets["tokens"] = [each for each in secrets["tokens"] if each["id"] != deleted["id"]]
            secrets["other"] = "new"
            write_json(Board(), "secrets.json", secrets)
            raise OSError(104)

    asked = request(device, "POST /api/tokens", {"name": "HA", "password": PASSWORD})
    asked.stream = Leaving()
    try:
        await (await (await token_routes.create_token(device, asked)))
        raise AssertionError("the try does not fail")
    except OSError:
        pass
    secrets = read_json(Board(), "secrets.json")
    assert [each["id"] for each in secrets["tokens"]] == [kept["id"]]
    assert secrets["other"] == "new"


async def test_kind_of_a_token_says_what_it_may():
    device = await monitor()
    tokens = {}
    for kind in ("read", "settings", "owner"):
        tokens[kind] = (await new_token(device, kind, kind=kind, password=PASSWORD))[1]["token"]
    for kind, allowed in (("read", READ), ("settings", SETTINGS), ("owner", OWNER)):
        for needed in (READ, SETTINGS, OWNER):
            for access in (device, Device()):
                status = 200
                try:
                    access.access.require(request(access, "GET /", token=tokens[kind]), needed)
                except Refused as refused:
                    status = refused.status
                assert status == (200 if needed <= allowed else 403), (kind, needed)
    assert is_let_in(device, (await session(device))[1]["token"], OWNER)
    for wrong in ("", "admin", None, 3, []):
        assert (await new_token(device, kind=wrong, password=PASSWORD))[0] == 400, wrong


async def test_session_by_the_button_may_replace_the_password_for_ten_minutes():
    device = await monitor()
    await new_token(device)
    device.access.sessions = [(hashlib.sha256(b"t").digest(), BY_BUTTON, device.clock.uptime_s() + 43200)]
    for passed_s, kind in ((0, BY_BUTTON), (599, BY_BUTTON), (1, OWNER), (42599, OWNER), (1, 0)):
        device.clock.now_s += passed_s
        found = token_check.kind_of(
            device.access, device.clock.uptime_s(), request(device, "GET /", token="t")
        )
        assert found == kind, passed_s


async def test_token_without_a_kind_is_for_settings():
    device = await monitor()
    token = (await new_token(device, password=PASSWORD, kind="owner"))[1]["token"]
    for kind, number in (("settings", SETTINGS), (None, SETTINGS), ("a kind of later", READ)):
        secrets = read_json(Board(), "secrets.json")
        secrets["tokens"][0]["kind"] = kind
        if not kind:
            del secrets["tokens"][0]["kind"]
        write_json(Board(), "secrets.json", secrets)
        later = Device()
        assert later.access.tokens[0] == number
        assert is_let_in(later, token)


async def test_asks_wait_for_different_presses_and_only_one_is_approved():
    device = await monitor()
    asks = {}
    for number in range(4):
        status, asked = await new_token(device, "t%d" % number, address="192.168.0.%d" % number)
        assert (status, asked["expires_s"]) == (202, 120)
        asks[asked["presses"]] = (asked, "192.168.0.%d" % number)
    assert sorted(asks) == [1, 2, 3, 4]
    assert len({asked["digits"] for asked, _ in asks.values()}) == 4
    device.access.pressed(3)
    assert device.button.closed
    for presses, (asked, address) in asks.items():
        status, told = await repeated(device, asked["ticket"], address)
        assert status == (201 if presses == 3 else 202)
        assert presses == 3 or told == asked
    device.access.pressed(5)
    device.access.pressed(3)
    assert len(read_json(Board(), "secrets.json")["tokens"]) == 1


async def test_third_ask_of_an_address_takes_the_place_of_its_first():
    device = await monitor()
    guest = await many_asks(device, 4)
    _, owner = await new_token(device, "mine")
    assert (await repeated(device, guest[0]["ticket"], "192.168.0.66"))[0] == 410
    guest += await many_asks(device, 30)
    assert await repeated(device, owner["ticket"]) == (202, owner)
    for number, asked in enumerate(guest):
        status, _ = await repeated(device, asked["ticket"], "192.168.0.66")
        assert status == (202 if number >= 32 else 410)


async def test_only_ask_of_an_address_keeps_its_place():
    device = await monitor()
    for number in range(4):
        assert (await new_token(device, address="192.168.0.%d" % number))[0] == 202
    before = list(device.access.asks)
    assert (await new_token(device, address="192.168.0.66"))[0] == 503
    assert device.access.asks == before
    device.clock.now_s += 121
    assert (await new_token(device, address="192.168.0.66"))[0] == 503  # the owners may still press
    device.clock.now_s += 120
    assert (await new_token(device, address="192.168.0.66"))[0] == 202


async def test_two_asks_of_an_address_keep_their_places():
    device = await monitor()
    for number in (1, 1, 2, 3):
        assert (await new_token(device, address="192.168.0.%d" % number))[0] == 202
    assert (await new_token(device, address="192.168.0.66"))[0] == 503
    assert (await new_token(device, address="192.168.0.1"))[0] == 202  # the oldest ask of this address ends


async def test_presses_for_an_ask_that_is_over_approve_nobody():
    device = await monitor()
    _, owner = await new_token(device, "mine")
    device.clock.now_s += 121
    assert (await repeated(device, owner["ticket"]))[0] == 410
    guest = await many_asks(device, 20)
    device.access.pressed(owner["presses"])
    for asked in guest:
        assert (await repeated(device, asked["ticket"], "192.168.0.66"))[0] in (202, 410)
    device.clock.now_s += 240
    _, asked = await new_token(device, address="192.168.0.66")
    assert len(device.access.asks) == 1


async def test_ticket_counts_for_its_address_and_its_path():
    device = await monitor()
    _, asked = await new_token(device)
    device.access.pressed(asked["presses"])
    ticket = asked["ticket"]
    assert (await repeated(device, ticket, "192.168.0.66"))[0] == 410
    assert (await repeated(device, ticket, handler=create_session))[0] == 410
    for guess in ("", "0" * 32, None, 5, [], {}, ticket[:-1], ticket + "0"):
        assert (await repeated(device, guess))[0] == 410, guess
    assert (await repeated(device, ticket))[0] == 201


async def test_approved_ask_survives_a_failed_reply():
    device = await monitor()
    _, asked = await new_token(device)
    device.access.pressed(asked["presses"])
    again = request(device, "POST /api/tokens", {"ticket": asked["ticket"]})
    again.stream.fault = OSError(104)
    try:
        await (await token_routes.create_token(device, again))
        raise AssertionError("the reply does not fail")
    except OSError:
        pass
    assert not device.access.tokens
    assert (await repeated(device, asked["ticket"]))[0] == 201


async def test_asks_are_logged_once_in_ten_seconds_and_grants_always():
    device = await monitor()
    for _ in range(50):
        _, asked = await new_token(device, "guest", address="192.168.0.66")
    assert len(device.notes) == 1
    device.clock.now_s += 10
    _, asked = await new_token(device, "HA")
    line = "access: press BOOT %d times to let in 192.168.0.9, digits %s, kind settings: HA"
    assert device.notes[1] == line % (asked["presses"], asked["digits"])
    device.access.pressed(asked["presses"])
    told = (await repeated(device, asked["ticket"]))[1]
    assert device.notes[2] == "access: token given by BOOT to 192.168.0.9, kind settings: HA"
    assert device.access.granted == ("token", "HA", "settings", None)
    for secret in (asked["ticket"], told["token"]):
        assert secret not in " ".join(device.notes)


async def test_expired_session_and_closed_reading_drop_the_streams():
    device = await monitor()
    await session(device)
    device.clock.now_s += 43199
    device.access.each_second()
    assert device.live.looks == 0
    device.clock.now_s += 1
    device.access.each_second()
    assert (device.live.looks, device.access.sessions) == (1, [])
    device.config["closed"] = True
    device.access.each_second()
    device.access.each_second()
    assert device.live.looks == 2
