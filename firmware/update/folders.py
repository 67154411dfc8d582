"""Functions that create, measure and empty folders of the flash for an update. Loaded on demand."""

import asyncio
import os


def make_parent_folders(path, begin):
    """Create the folders above a file. The first `begin` characters of the path are a folder that exists."""
    at = path.find("/", begin + 1)
    while at > 0:
        _make(path[:at])
        at = path.find("/", at + 1)


def available_bytes(flash, folder):
    """Return the number of bytes that will be free in the flash once `folder` is empty."""
    fields = os.statvfs(flash)
    return fields[1] * fields[4] + _used(folder)


async def clear_folder(folder):
    """Remove everything in a folder, or create the folder.

    The manifest is removed first, because a folder with a manifest counts as complete.
    """
    try:
        os.remove(folder + "/manifest.json")
    except OSError:
        _make(folder)
    for name, is_folder in _entries(folder):
        path = "%s/%s" % (folder, name)
        if is_folder:
            await clear_folder(path)
            os.rmdir(path)
        else:
            os.remove(path)
        await asyncio.sleep_ms(0)


def _make(path):
    try:
        os.mkdir(path)
    except OSError as error:
        if error.errno != 17:  # EEXIST: the folder exists already
            raise


def _used(folder):
    """Return the size of all files in a folder in bytes, 0 if the folder does not exist."""
    total = 0
    for name, is_folder in _entries(folder):
        path = "%s/%s" % (folder, name)
        total += _used(path) if is_folder else os.stat(path)[6]
    return total


def _entries(folder):
    try:
        return [(entry[0], entry[1] & 0x4000) for entry in os.ilistdir(folder)]
    except OSError:
        return []
