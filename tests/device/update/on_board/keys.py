"""What becomes of a board's keys and floor: keys.py PACKAGES, a JSON file of {name: path of a package}.

Prints as JSON for each case the ids of the keys and the floor that are then in the flash.
"""

import asyncio
import json
import sys

from flash import Device, Flash, Mounted, OnFlash, PowerCut, Request, format_flash, send, start

from update.keys import settle
from update.slots import choose, status


def content(path):
    with open(path, "rb") as file:
        return file.read()


def board(packages, name, keys=True):
    """A board that runs the package "old" in a, and has this package in b, approved by BOOT if need be."""
    flash = format_flash()
    with Mounted(flash):
        for slot in ("b", "a"):  # into the other one
            assert send(Approving(), Request(content(packages["old"])), slot)[0] == 200
        choose(Device().board, "a", "ok")
        if not keys:
            import os

            os.remove("/flash/keys.bin")
        answer = send(Approving(), Request(content(packages[name])))
        assert answer[0] == 200, answer
    return flash


class Approving(Device):
    """Its owner presses BOOT as asked."""

    def __init__(self):
        super().__init__()
        self.clock = self
        self.button = self
        self.next_note_s = 0
        self.asks = []

    def uptime_s(self):
        return 1

    def publish(self, *events):
        """There is no live stream."""

    async def sleep(self, seconds):
        for ask in self.asks:
            ask["state"] = "approved"


def confirm(flash, slot="b"):
    with OnFlash(flash, slot):
        choose(Device().board, slot, "ok")
    return settled(flash, slot)


def settled(flash, slot="b"):
    """What a start of the confirmed version leaves."""
    with OnFlash(flash, slot):
        device = Device()
        device.update = status(device.board)
        asyncio.run(settle(device))
        asyncio.new_event_loop()
        found = status(device.board)
        assert (found["keys"], found["floor"]) == (device.update["keys"], device.update["floor"])
        return [found["keys"], found["floor"]]


def gone_back(packages):
    """What the version before a rotation leaves when it runs again, without a new installation."""
    flash = board(packages, "before")
    confirm(flash)
    with Mounted(flash):
        assert send(Device(), Request(content(packages["after"])), "b")[0] == 200
    confirm(flash, "a")
    return confirm(flash, "b")


def failed(flash):
    """The version on trial never passes, and the old one settles."""
    for _ in range(5):
        started = start(flash)
    assert started == ["old"]
    with OnFlash(flash, "a"):
        asyncio.run(settle(Device()))
        asyncio.new_event_loop()
        found = status(Device().board)
        return [found["keys"], found["floor"]]


def cut_everywhere(packages, name):
    """The power goes at each write after the confirmation. Gives what the next start leaves, for each cut."""
    flash = board(packages, name)
    with OnFlash(flash, "b"):
        choose(Device().board, "b", "ok")
    found = []
    for how in ("stop", "tear", "drop"):
        at, cut = 0, True
        while cut:
            at += 1
            copy = Flash(bytearray(flash.data), at, how)
            try:
                with OnFlash(copy, "b"):
                    try:
                        asyncio.run(settle(Device()))
                    finally:
                        asyncio.new_event_loop()
                        cut = copy.writes >= at
                        copy.cut_at, copy.how = 0, "drop"
            except PowerCut:
                pass
            whole = Flash(copy.data)
            assert start(whole) == ["rotation"]
            found.append(settled(whole))
    return [len(found), found]


def main(path):
    with open(path) as file:
        packages = json.load(file)
    told = {
        "first keys": confirm(board(packages, "foreign", keys=False)),
        "rotation": confirm(board(packages, "rotation")),
        "failed trial": failed(board(packages, "rotation")),
        "foreign": confirm(board(packages, "foreign")),
        "unsigned": confirm(board(packages, "unsigned")),
        "without keys": confirm(board(packages, "without keys")),
        "gone back": gone_back(packages),
        "cuts": cut_everywhere(packages, "rotation"),
    }
    print(json.dumps(told))


main(*sys.argv[1:])
