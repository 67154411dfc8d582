"""A memory card for these tests, which can fail as cards do."""

import gc
import os
import vfs

_SECTOR = 512


class RamDisk:
    """A block device, in a file of this computer, so that it takes none of the board's memory.

    `broken`: nothing can be read or written; `read_only`: nothing can be written. `left` sectors can still be written
    before it fails; None: any number.
    """

    def __init__(self, sectors=64):
        self.sectors = sectors
        path = "build/tests/card-" + os.urandom(4).hex()
        self._file = open(path, "w+b")
        os.remove(path)  # it ends with the test
        self._file.seek(sectors * _SECTOR - 1)
        self._file.write(b"\0")
        self.broken = self.read_only = False
        self.reads = self.writes = 0
        self.left = None

    def readblocks(self, sector, buffer):
        if self.broken:
            raise OSError(5)
        self.reads += len(buffer) // _SECTOR
        self._file.seek(sector * _SECTOR)
        self._file.readinto(buffer)

    def writeblocks(self, sector, buffer):
        for at in range(0, len(buffer), _SECTOR):
            if self.broken or self.read_only or self.left == 0:
                raise OSError(5)
            self.writes += 1
            if self.left is not None:
                self.left -= 1
            self._file.seek(sector * _SECTOR + at)
            self._file.write(memoryview(buffer)[at : at + _SECTOR])

    def ioctl(self, request, _):
        if request == 4:
            return self.sectors
        return _SECTOR if request == 5 else 0


class Contact:
    """A card as one life of a board sees it: after its end nothing more reaches the card."""

    def __init__(self, disk):
        self.disk = disk
        self.ended = False

    def readblocks(self, sector, buffer):
        return 5 if self.ended else self.disk.readblocks(sector, buffer)

    def writeblocks(self, sector, buffer):
        return 5 if self.ended else self.disk.writeblocks(sector, buffer)

    def ioctl(self, request, argument):
        return self.disk.ioctl(request, argument)


class Slot:
    """A board's card slot; `disk` None is an empty one."""

    newest = None

    def __init__(self, sectors=64):
        if Slot.newest:
            Slot.newest.end_life()
        Slot.newest = self
        gc.collect()
        self.disk = RamDisk(sectors) if sectors else None
        self.mounts = 0
        self.contact = None
        if self.disk:
            vfs.VfsFat.mkfs(self.disk)

    def mount_card(self, path):
        self.mounts += 1
        if not self.disk:
            return None
        if self.disk.broken:
            raise OSError(19)
        if self.contact:
            self.contact.ended = True  # as the boards do
        self.contact = Contact(self.disk)
        filesystem = vfs.VfsFat(self.contact)
        vfs.mount(filesystem, path)
        return filesystem

    def end_life(self):
        """The board is reset, or its power goes."""
        if self.contact:
            self.contact.ended = True
        try:
            vfs.umount("/sd")
        except OSError:
            pass

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
