"""Writer of an update package to the slot that is not running. Loaded on demand."""

import asyncio
import gc
import hashlib
import json
import os
from micropython import const

from auth.tokens import SETTINGS
from overlay import load
from server.http import Refused

_LINE = const(256)  # maximum length of a line of the manifest in bytes
_PIECE = const(512)
_TOTAL_S = const(600)  # maximum time in s to receive a whole package. Home Assistant waits for 600 s too
_LETTERS = const("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-/")
_BROKEN = const("This is not an update package, or it is incomplete")


async def receive_package(device, request, slot):
    """Receive the package of a request, and return the awaitable that sends the reply."""
    try:
        version = await asyncio.wait_for(_write_package(device, request, slot), _TOTAL_S)
        return load("update.install").restart_into(device, request, version)
    except BaseException as error:
        # Set the state first, because the code below may run out of memory. If the state stayed "receiving", the device
        # would refuse all further updates.
        device.update.update({"state": "failed", "error": type(error).__name__})
        gc.collect()
        if isinstance(error, asyncio.TimeoutError):
            error = Refused(400, "The package did not arrive within %d minutes" % (_TOTAL_S // 60))
        raise load("update.install").report_failure(device, error) from None


class Body:
    """Body of a request: an update package. The body is read line by line or in pieces."""

    def __init__(self, request, status):
        self._request = request
        self._status = status
        self._size = request.unread
        self._ahead = b""

    def left(self):
        """Return the number of bytes of the body that are not read yet."""
        return len(self._ahead) + self._request.unread

    async def line(self):
        while True:
            at = self._ahead.find(b"\n")
            if at >= 0:
                line, self._ahead = self._ahead[:at], self._ahead[at + 1 :]
                return line
            if len(self._ahead) > _LINE:
                raise Refused(400, _BROKEN)
            self._ahead += await self._more(_PIECE)

    async def piece(self, most):
        if not self._ahead:
            return await self._more(min(most, _PIECE))
        piece, self._ahead = self._ahead[:most], self._ahead[most:]
        return piece

    async def _more(self, most):
        try:
            more = await self._request.read(most)
        except (OSError, asyncio.TimeoutError):
            raise Refused(400, "The package did not arrive completely") from None
        if not more:
            raise Refused(400, _BROKEN)
        self._status["percent"] = 100 - 100 * self._request.unread // self._size
        return more


async def _write_package(device, request, slot):
    """Write the package to the folder of a slot, choose the slot for the next start, and return the package's version.

    The signatures are checked before anything in the folder is removed. A folder with a manifest counts as complete.
    Therefore the manifest is moved into the folder last, after all files are checked.
    """
    board, body = device.board, Body(request, device.update)
    manifest = board.flash + "/update.part"
    folder = "%s/%s" % (board.flash, slot)
    head = await load("update.manifest").store(body, manifest, _parse_row, _BROKEN)
    if head["room"] > load("update.folders").available_bytes(board.flash or "/", folder):
        raise Refused(507, "No room in the flash")
    signatures = board.flash + "/signatures.part" if head["signatures"] else None
    if signatures:
        await _write_file(body, board.flash, "signatures.part", *head["signatures"][1:])
    await load("update.approval").wait(device, request, head, signatures)
    device.access.require(request, SETTINGS)  # the token may have been deleted during the wait
    await load("update.folders").clear_folder(folder)
    has_image = "kind" in head
    at = 0
    while True:
        # Open the manifest again for each line, because LittleFS is safest with only one open file.
        with open(manifest, "rb") as file:
            file.seek(at)
            line = file.readline().strip()
            at = file.tell()
        if line == b"]}":
            break
        if not line:
            raise OSError(5)  # EIO: the flash has lost bytes of the manifest
        if line.startswith(b'["signatures",'):
            os.rename(signatures, folder + "/signatures")
        elif line[:2] == b'["':
            row = _parse_row(line)
            if has_image:
                await load("update.slice").write(body, slot, *row[1:])
            else:
                await _write_file(body, folder, *row)
    device.access.require(request, SETTINGS)  # the token may have been deleted since the request began
    os.rename(manifest, folder + "/manifest.json")
    load("update.slots").choose(board, slot, "0")
    return head["version"]


def _parse_row(line):
    """Return the name, size in bytes and SHA-256 (hexadecimal) of a file from its line of the manifest."""
    try:
        name, size, digest = json.loads(line.rstrip(b","))
        if not isinstance(size, int) or size < 0 or len(digest) != 64 or name == "manifest.json":
            raise ValueError
        for letter in name:
            if letter not in _LETTERS:
                raise ValueError
        for part in name.split("/"):
            if part in ("", ".", ".."):
                raise ValueError
    except (ValueError, TypeError, AttributeError):
        raise Refused(400, _BROKEN) from None
    return name, size, digest


async def _write_file(body, folder, name, size, digest):
    path = "%s/%s" % (folder, name)
    load("update.folders").make_parent_folders(path, len(folder))
    with open(path, "wb") as file:
        while size:
            piece = await body.piece(size)
            file.write(piece)
            size -= len(piece)
    # Hash the bytes that the flash returns, not the bytes that were sent.
    seen = hashlib.sha256()
    piece = bytearray(_PIECE)
    with open(path, "rb") as file:
        count = file.readinto(piece)
        while count:
            seen.update(memoryview(piece)[:count])
            count = file.readinto(piece)
    # Collect garbage before the next file. Otherwise objects that other tasks keep would lie between the garbage, and
    # break the memory into small pieces.
    gc.collect()
    if seen.digest().hex() != digest:
        raise Refused(400, "The package is damaged in " + name)
