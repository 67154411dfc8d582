"""A board's flash in RAM with a real LittleFS on it, whose power can be cut at any write, and what starts from it.

Runs under MicroPython. Blocks and sizes are those of the ESP32 port. With ROMFS in the environment, the board runs its
code in the partition `romfs`, which follows the LittleFS in the flash. An update writes to the flash in RAM. A start
copies the partition to the file that ROMFS names, and runs from there.
"""

import asyncio
import os
import sys
import vfs

import record  # what the firmware of these tests tells of its start

from server.http import Refused

BLOCK = 4096
MOUNT = "/flash"
LOADER = "firmware/loader/"
PARTITION = vfs.rom_ioctl(2, 0) if os.getenv("ROMFS") else None
ROMFS_BLOCKS = PARTITION.ioctl(4, 0) if PARTITION else 0
PATH_OF_SLOT = "/rom/" if PARTITION else MOUNT + "/"


class This:
    """Takes the place of board.this, which names the board of a build."""

    NAME = "t8_c3"


sys.modules["board.selected"] = This


class PowerCut(Exception):
    """Ends what is running, as nothing else does."""


class Flash:
    """A block device. Each program and each erase counts as a write.

    At write number `cut_at` the power goes. `how`: "stop" leaves that write out, "tear" does half of it, "drop" loses
    it and all later ones without a word, as a chip does whose supply is too low.
    """

    def __init__(self, data, cut_at=None, how="stop"):
        self.data = data
        self.writes = 0
        self.cut_at = cut_at
        self.how = how

    def readblocks(self, block, buffer, offset=0):
        at = block * BLOCK + offset
        buffer[:] = memoryview(self.data)[at : at + len(buffer)]

    def writeblocks(self, block, buffer, offset=None):
        if offset is None:
            raise AssertionError("the ESP32 port writes with an offset")
        self._write(block * BLOCK + offset, bytes(buffer))

    def ioctl(self, request, argument):
        if request == 4:
            return len(self.data) // BLOCK - ROMFS_BLOCKS
        if request == 5:
            return BLOCK
        if request == 6:
            self._write(argument * BLOCK, b"\xff" * BLOCK)
        return 0

    def _write(self, at, content):
        self.writes += 1
        if self.cut_at is not None and self.writes >= self.cut_at:
            if self.how == "drop":
                return
            if self.how == "tear" and self.writes == self.cut_at:
                half = len(content) // 2
                self.data[at : at + half] = content[:half]
            raise PowerCut
        self.data[at : at + len(content)] = content


class Romfs:
    """The partition `romfs` of a flash in RAM, as update/slice.py writes it. A write can only clear bits."""

    def __init__(self, flash):
        self._flash = flash
        self._begin = len(flash.data) - ROMFS_BLOCKS * BLOCK

    def readblocks(self, block, buffer, offset=0):
        at = self._begin + block * BLOCK + offset
        buffer[:] = memoryview(self._flash.data)[at : at + len(buffer)]

    def writeblocks(self, block, buffer, offset=None):
        if offset is None:
            raise AssertionError("this would erase as many bytes as it writes")
        at = self._begin + block * BLOCK + offset
        there = int.from_bytes(self._flash.data[at : at + len(buffer)], "little")
        left = there & int.from_bytes(buffer, "little")
        self._flash._write(at, left.to_bytes(len(buffer), "little"))

    def ioctl(self, request, block):
        if request != 6:
            raise AssertionError("only an erase is needed")
        self._flash._write(self._begin + block * BLOCK, b"\xff" * BLOCK)
        return 0


class VfsOfUpdate:
    """Takes the place of the module `vfs` during an update."""

    flash = None

    @staticmethod
    def rom_ioctl(request, number):
        return Romfs(VfsOfUpdate.flash)


def copy_partition(flash):
    """Write the partition of the flash in RAM to the file that ROMFS names."""
    begin = len(flash.data) - ROMFS_BLOCKS * BLOCK
    for at in range(0, ROMFS_BLOCKS * BLOCK, 16 * BLOCK):
        PARTITION.writeblocks(at // BLOCK, memoryview(flash.data)[begin + at : begin + at + 16 * BLOCK])


def format_flash(blocks=64):
    """Return a flash with the keys of the tests' packages."""
    flash = Flash(bytearray(blocks * BLOCK) + b"\xff" * (ROMFS_BLOCKS * BLOCK))
    vfs.VfsLfs2.mkfs(flash)
    with open(os.getenv("P1_KEYS"), "rb") as file:
        keys = file.read()
    with Mounted(flash), open(MOUNT + "/keys.bin", "wb") as file:
        file.write(keys)
    return flash


class Mounted:
    """with Mounted(flash): its files are below /flash."""

    def __init__(self, flash):
        self.flash = flash

    def __enter__(self):
        vfs.mount(vfs.VfsLfs2(self.flash), MOUNT)
        VfsOfUpdate.flash = self.flash

    def __exit__(self, *_):
        os.chdir("/")
        vfs.umount(MOUNT)


class OnFlash:
    """What runs from a slot, in the middle of its work."""

    def __init__(self, flash, slot):
        self._mounted, self._slot = Mounted(flash), slot

    def __enter__(self):
        self._mounted.__enter__()
        sys.path.insert(0, "/flash/" + self._slot)

    def __exit__(self, *error):
        sys.path.pop(0)
        self._mounted.__exit__(*error)


def write(path, content):
    with open(path, "w") as file:
        file.write(content)


def read(path):
    try:
        with open(path) as file:
            return file.read()
    except OSError:
        return None


def start(flash):
    """Switch the board on: the versions that were started, one unless the loader restarts; [] when none was."""
    record.started.clear()
    here, modules, path = os.getcwd(), list(sys.modules), sys.path[:]
    if PARTITION:
        copy_partition(flash)
    with Mounted(flash):
        os.chdir(MOUNT)
        sys.path.insert(0, "")
        for name in LOADER_SOURCES:
            if read(name) is None:
                write(name, LOADER_SOURCES[name])
        try:
            exec(LOADER_SOURCES["main.py"], {"__name__": "__main__"})
        except SystemExit:
            record.started.append("restart")
        finally:
            sys.path[:] = path
            for name in list(sys.modules):
                if name not in modules:
                    del sys.modules[name]
            unmount_slices()
    os.chdir(here)
    return list(record.started)


def unmount_slices():
    for slot in "ab":
        try:
            vfs.umount("/rom/" + slot)
        except OSError:
            pass  # this one was not started


LOADER_SOURCES = {}
for _name in ("main.py", "slot.py"):
    with open(("firmware/romfs/" if PARTITION and _name == "main.py" else LOADER) + _name) as _file:
        LOADER_SOURCES[_name] = _file.read().replace("const(10)", "const(0)")  # nobody comes with a cable


class Board:
    flash = MOUNT
    restarted = False

    def restart(self):
        self.restarted = True


class Wifi:
    address = "192.168.0.250"


class Supervisor:
    def __init__(self):
        self.each_second = []


class Device:
    """The running firmware, as far as an update needs it."""

    def __init__(self):
        self.board = Board()
        self.wifi = Wifi()
        self.supervisor = Supervisor()
        self.update = {"state": "idle", "error": None, "waiting": None}
        self.notes = []
        self.note = self.notes.append
        self.restart = self.board.restart
        self.access = self.live = self.reader = self

    def look_again(self):
        """There is no live stream."""

    def age_ms(self):
        """A telegram has just ended."""
        return 0

    def require(self, request, kind):
        """Let each request in."""


class Request:
    """A request with a package as its body, which comes in pieces of any size; `ends_at` is where its peer leaves.

    pause_ms: how long its peer waits before each piece.
    """

    address = "192.168.0.2"

    def __init__(self, body, ends_at=None, pause_ms=0):
        self._body = memoryview(body)
        self._ends_at = len(body) if ends_at is None else ends_at
        self._pause_ms = pause_ms
        self.unread = len(body)
        self.largest = 0
        self.answer = None

    def length(self, limit):
        if self.unread > limit:
            raise Refused(413, "Request body too long: at most %d bytes" % limit)
        return self.unread

    async def read(self, count):
        at = len(self._body) - self.unread
        self.largest = max(self.largest, count)
        await asyncio.sleep_ms(self._pause_ms)
        if not self.unread:
            return b""
        if at >= self._ends_at:
            raise OSError
        piece = bytes(self._body[at : min(at + min(count, 700), self._ends_at)])
        self.unread -= len(piece)
        return piece

    async def reply(self, status, kind, body):
        self.answer = (status, body)


async def _answer(part):
    while part:
        part = await part


def send(device, request, slot="a"):
    """Send a request to the running firmware, which was started from this folder. Gives (status, text)."""
    from update.install import receive

    path = sys.path[:]
    sys.path.insert(0, PATH_OF_SLOT + slot)
    if PARTITION:
        sys.modules["vfs"] = VfsOfUpdate
    try:
        asyncio.run(_answer(receive(device, request)))
    except Refused as refused:
        return refused.status, refused.why
    finally:
        sys.path[:] = path
        sys.modules["vfs"] = vfs
        asyncio.new_event_loop()
    return request.answer
