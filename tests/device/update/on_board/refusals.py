"""Packages that a board does not take: refusals.py CASES, a JSON file of [name, package, where its peer leaves].

Prints as JSON for each case the answer, what starts afterwards, and whether both folders are as they were.
"""

import asyncio
import gc
import json
import os
import sys

from flash import Device, Flash, Mounted, Request, format_flash, send, start

from update.slots import choose

WAIT_FOR = asyncio.wait_for


def in_a_second(awaitable, seconds):
    """Wait as asyncio.wait_for() does, with a second for ten minutes."""
    return WAIT_FOR(awaitable, seconds / 600)


def files(folder):
    """Names and contents below a folder, in no order."""
    found = {}
    for name, kind, *_ in os.ilistdir(folder):
        path = "%s/%s" % (folder, name)
        if kind & 0x4000:
            found.update(files(path))
        else:
            with open(path, "rb") as file:
                found[path] = file.read()
    return found


def load(path):
    with open(path, "rb") as file:
        return file.read()


def flashed(old, blocks):
    flash = format_flash(blocks)
    with Mounted(flash):
        for running in ("a", "b"):
            status, why = send(Device(), Request(old), running)
            assert status == 200, why
        choose(Device().board, "a", "ok")
    return flash


def main(cases, old, blocks):
    base = flashed(load(old), int(blocks))
    with Mounted(base):
        running, other = files("/flash/a"), files("/flash/b")
    answers = {}
    with open(cases) as file:
        cases = json.load(file)
    for name, package, ends_at in cases:
        gc.collect()
        flash = Flash(bytearray(base.data))
        device = Device()
        drips = name == "drips"
        asyncio.wait_for = in_a_second if drips else WAIT_FOR
        request = Request(load(package), ends_at, 100 if drips else 0)
        with Mounted(flash):
            status, why = send(device, request)
            same = files("/flash/a") == running and not device.board.restarted
            kept = files("/flash/b") == other
        answers[name] = {
            "status": status,
            "why": why,
            "state": device.update["state"],
            "error": device.update["error"],
            "started": start(flash),
            "running_is_as_before": same,
            "other_is_as_before": kept,
            "largest_read": request.largest,
        }
    print(json.dumps(answers))


main(*sys.argv[1:])
