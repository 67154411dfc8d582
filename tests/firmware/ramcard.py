"""A memory card in RAM for these tests, which can fail as cards do."""

import os
import vfs

_SECTOR = 512


class RamDisk:
    """A block device. `broken`: nothing can be read or written; `read_only`: nothing can be written.

    `left` sectors can still be written before it fails; None: any number.
    """

    def __init__(self, sectors=64):
        self.data = bytearray(sectors * _SECTOR)
        self.broken = self.read_only = False
        self.writes = 0
        self.left = None

    def readblocks(self, sector, buffer):
        if self.broken:
            raise OSError(5)
        start = sector * _SECTOR
        for at in range(len(buffer)):
            buffer[at] = self.data[start + at]

    def writeblocks(self, sector, buffer):
        if self.broken or self.read_only or self.left == 0:
            raise OSError(5)
        self.writes += 1
        if self.left is not None:
            self.left -= 1
        start = sector * _SECTOR
        for at in range(len(buffer)):
            self.data[start + at] = buffer[at]

    def ioctl(self, request, _):
        if request == 4:
            return len(self.data) // _SECTOR
        return _SECTOR if request == 5 else 0


class Slot:
    """A board's card slot; `disk` None is an empty one."""

    def __init__(self, sectors=64):
        self.disk = RamDisk(sectors) if sectors else None
        self.mounts = 0
        if self.disk:
            vfs.VfsFat.mkfs(self.disk)

    def mount_card(self, path):
        self.mounts += 1
        if not self.disk:
            return False
        if self.disk.broken:
            raise OSError(19)
        vfs.mount(vfs.VfsFat(self.disk), path)
        return True

    def read_sector(self, sector, buffer):
        self.disk.readblocks(sector, buffer)


def write(path, content):
    with open(path, "w") as file:
        file.write(content)


def content(path):
    with open(path) as file:
        return file.read()


def make_folders(path):
    """The folders of a path, from its first one below the mount on."""
    at = path.find("/", 4)
    while at > 0:
        try:
            os.mkdir(path[:at])
        except OSError:
            pass
        at = path.find("/", at + 1)
