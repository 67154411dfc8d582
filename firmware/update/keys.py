"""The public keys and the floor that a confirmed version leaves on the board. Loaded on demand.

keys.bin has the keys of the releases (update/signature.py). floor.txt has the highest floor of all signed versions that
were confirmed on this board. A package's floor is FLOOR of version.py, and is in the first line of its manifest.
"""

import hashlib
import json
import os

from overlay import load
from version import BUILD


async def settle(device):
    """Take over the keys and the floor of the running version, which has passed its trial.

    If the board has no keys yet, the keys of any version are taken over. Otherwise the version must be signed by a key
    of the board. This function runs after a trial and at each start. Therefore a power cut after a trial loses nothing.
    """
    try:
        await _settle(device)
    except OSError as error:
        device.note("update: the keys could not be stored: %r" % error)


async def _settle(device):
    flash = device.board.flash
    folder = "%s/%s" % (flash, load("update.slots").running())
    offered = _read(folder + "/keys.bin")
    known = _read(flash + "/keys.bin")
    if offered and not known:
        _replace(flash + "/keys.bin", offered)
        known = offered
    floor = _floor_of(folder)
    is_higher = floor > read_floor(flash)
    if (is_higher or (offered and offered != known)) and await _is_signed(device, folder):
        if is_higher:
            _replace(flash + "/floor.txt", b"%d" % floor)
        if offered:
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
        return 0


def _floor_of(folder):
    """Return the floor in the manifest of a slot, 0 if the package is of version 0.1.0 or was not built by the tool."""
    try:
        with open(folder + "/manifest.json", "rb") as file:
            return int(json.loads(file.readline().strip() + b"]}").get("floor", 0))
    except (OSError, ValueError, TypeError):
        return 0


async def _is_signed(device, folder):
    path = folder + "/signatures"
    if not _read(path):
        return False
    digest = hashlib.sha256()
    with open(folder + "/manifest.json", "rb") as file:
        for line in file:
            if not line.startswith(b'["signatures",'):
                digest.update(line)
    return await load("update.signature").signer(device, path, digest.digest()) is not None


def _read(path):
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError:
        return b""


def _replace(path, content):
    with open(path + ".new", "wb") as file:
        file.write(content)
    os.rename(path + ".new", path)
