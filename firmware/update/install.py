"""POST /api/update: installs a new version of the firmware from an update package (build_tool/package.py).

The package is written in small pieces to the slot that is not running, while the meter is still read. Once every file
of it was read back and is right, the slot starts next, on trial (update/trial.py). A fault before that leaves the
running version as it was. Only update/receive.py is loaded while a package comes.
"""

import asyncio
import gc
import json
from micropython import const

from overlay import load
from server.http import Refused

_LARGEST = const(1 << 20)  # bytes of a package


async def receive(device, request):
    """Return the awaitable that receives the package. Refused while another one comes."""
    status = device.update
    if status["state"] in ("receiving", "restarting"):
        raise Refused(409, "An update is already running")
    if status["state"] == "trial":
        raise Refused(409, "This version is still on trial: try again in a few minutes")
    slot = {"a": "b", "b": "a"}.get(load("update.slots").running())
    if not slot:
        raise Refused(409, "This firmware was not started by its loader: update it with the cable")
    request.length(_LARGEST)
    gc.collect()
    receive_package = load("update.receive").receive_package
    status.update({"state": "receiving", "percent": 0, "error": None})
    return receive_package(device, request, slot)


def report_failure(device, error):
    """Report why a package was refused, and return the refusal."""
    if isinstance(error, OSError):
        full = error.errno == 28
        error = Refused(507, "No room in the flash" if full else "The flash failed: %r" % error)
    why = error.why if isinstance(error, Refused) else repr(error)
    device.update.update({"state": "failed", "error": why})
    device.note("update: " + why)
    return error


async def restart_into(device, request, version):
    """Reply with the version that was received, and restart."""
    device.update.update({"state": "restarting", "percent": 100})
    device.note("update: restart into version " + version)
    asyncio.create_task(_restart(device))
    return request.reply(200, "application/json", json.dumps({"version": version}))


async def _restart(device):
    await asyncio.sleep_ms(1000)  # until the reply has left
    device.restart()
