"""Copies a folder onto a card: fill_card.py IMAGE FOLDER. The image must be formatted."""

import os
import sys
import vfs

from board.host import Image


def copy(source, target):
    for name, kind, *_ in os.ilistdir(source):
        here, there = source + "/" + name, target + "/" + name
        if kind & 0x4000:
            os.mkdir(there)
            copy(here, there)
        else:
            with open(here, "rb") as file, open(there, "wb") as copied:
                copied.write(file.read())


vfs.mount(vfs.VfsFat(Image(open(sys.argv[1], "r+b"))), "/card")
copy(sys.argv[2], "/card")
vfs.umount("/card")
