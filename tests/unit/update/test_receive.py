"""update/receive.py: whatever ends an update, the next one is let in."""

import asyncio

from board.clock import Clock
from update import receive

load = receive.load


class Board:
    flash = "build/tests"


class Live:
    """Live streams, which miss events while a package arrives."""

    looks = 0

    def look_again(self):
        self.looks += 1


class Device:
    board = Board
    clock = Clock()

    def __init__(self):
        self.update = {"state": "receiving", "percent": 0, "error": None, "waiting": None}
        self.live = Live()

    def note(self, line):
        self.noted = line


class Request:
    """A package whose peer leaves at once."""

    unread = 1000

    async def read(self, count):
        raise OSError(104)


def test_no_memory_to_tell_of_a_failure_leaves_no_update_under_way():
    def nothing_left(*_):
        raise MemoryError

    device = Device()
    receive.load = nothing_left
    try:
        asyncio.run(receive.receive_package(device, Request(), "b"))
        raise AssertionError
    except MemoryError:
        pass
    finally:
        receive.load = load
        asyncio.new_event_loop()
    assert device.update["state"] == "failed"


def test_peer_that_leaves_is_told_of():
    device = Device()
    why = None
    try:
        asyncio.run(receive.receive_package(device, Request(), "b"))
    except receive.Refused as refused:
        why = refused.why
    finally:
        asyncio.new_event_loop()
    assert why == "The package did not arrive completely"
    assert device.update == {"state": "failed", "percent": 0, "error": why, "waiting": None}
    assert device.live.looks == 1
    assert device.noted == "update: " + why


def test_package_of_a_token_that_was_deleted_meanwhile_is_not_installed():
    class Folders:
        @staticmethod
        def available_bytes(*_):
            return 1000

        @staticmethod
        async def clear_folder(_):
            pass

    class Access:
        def require(self, request, kind):
            raise receive.Refused(401, "Sign in first")

    class Manifest:
        @staticmethod
        async def store(body, path, *_):
            with open(path, "w") as file:
                file.write("]}\n")
            return {"room": 0, "version": "9.9.9", "signatures": None}

    class Approval:
        @staticmethod
        async def wait(*_):
            """The owner presses BOOT."""

    chosen = []

    def loaded(module):
        if module == "update.slots":
            chosen.append(module)
        own = {"update.approval": Approval, "update.folders": Folders, "update.manifest": Manifest}
        return own.get(module) or load(module)

    device = Device()
    device.access = Access()
    receive.load = loaded
    status = 200
    try:
        asyncio.run(receive.receive_package(device, Request(), "b"))
    except receive.Refused as refused:
        status = refused.status
    finally:
        receive.load = load
        asyncio.new_event_loop()
    assert (status, device.update["state"], chosen) == (401, "failed", [])
