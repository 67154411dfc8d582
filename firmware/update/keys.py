"""The public keys and the floor that a confirmed version leaves on the board. Loaded on demand.

keys.bin has the keys of the releases (update/signature.py). floor.txt has the floor: the lowest build number that needs
no BOOT. A signed version raises the floor to the floor in the first line of its manifest (FLOOR of version.py). A
version that replaces the keys raises the floor to its own build number.
"""

import hashlib
import json
import os
import sys

from overlay import load
from version import BUILD


async def settle(device):
    """Take over the keys and the floor of the running version, which has passed its trial.

    If the board has no keys yet, the keys of any version are taken over. Otherwise the version must be signed by a key
    of the board, and its build number must not be below the floor. Without the second rule, an older version that runs
    again would bring a stolen key back. This function runs after a trial and at each start. Therefore a power cut after
    a trial loses nothing.
    """
    try:
        await _settle(device)
    except Exception as error:  # the manifest may contain anything, and memory may be short
        device.note("update: the keys of this version were not taken over: %r" % error)


async def _settle(device):
    flash = device.board.flash
    folder = "%s/%s" % (flash, load("update.slots").running())
    offered = _read(sys.path[0] + "/keys.bin")  # beside the code, which may be in an image
    known = _read(flash + "/keys.bin")
    if offered and not known:
        _replace(flash + "/keys.bin", offered)
        known = offered
    is_other = offered and offered != known
    before = read_floor(flash)
    build, floor = _numbers(folder)
    if is_other:
        floor = max(floor, build)
    if build >= before and (is_other or floor > before) and await _is_signed(device, folder):
        # Write the floor first. After a power cut between the two writes, the next start replaces the keys.
        _replace(flash + "/floor.txt", b"%d" % floor)
        if is_other:
            _replace(flash + "/keys.bin", offered)
    device.update.update(facts(flash))


def facts(flash):
    """Return the members of `update` in /api/device that tell which packages need no BOOT."""
    return {
        "keys": load("update.signature").key_ids(flash),
        "build": BUILD,
        "floor": read_floor(flash),
    }


def read_floor(flash):
    """Return the lowest build number that needs no BOOT, 0 if there is no limit."""
    try:
        return int(_read(flash + "/floor.txt"))
    except ValueError:
        return 0  # there is no floor yet


def _numbers(folder):
    """Return (build number, floor) in the manifest of a slot. They are 0 in a package of version 0.1.0."""
    with open(folder + "/manifest.json", "rb") as file:
        head = json.loads(file.readline().strip() + b"]}")
    return int(head.get("build", 0)), int(head.get("floor", 0))


async def _is_signed(device, folder):
    path = folder + "/signatures"
    if not _read(path):
        return False
    digest = hashlib.sha256()
    with open(folder + "/manifest.json", "rb") as file:
        for line in file:
            if not line.startswith(b'["signatures",'):
                digest.update(line)
    return await load("update.signature").is_signed(device, path, digest.digest())


def _read(path):
    """Return the content of a file, b"" if the file does not exist. OSError if the flash fails."""
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError as error:
        if error.errno != 2:  # ENOENT
            raise
        return b""


def _replace(path, content):
    with open(path + ".new", "wb") as file:
        file.write(content)
    os.rename(path + ".new", path)
