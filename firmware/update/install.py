"""POST /api/update: takes a new version of the firmware, as an update package (described in build_tool/package.py).

The package goes into the folder that is not running, in small pieces, while the meter is read on. That folder counts
only once every file of it was read back and is right; then it is the one that starts next, on trial (update/trial.py).
Whatever goes wrong before leaves the running version as it was. Only update/receive.py is loaded while a package comes.
"""

import asyncio
import gc
import json
from micropython import const

from overlay import load
from server.http import Refused

_LARGEST = const(1 << 20)  # bytes of a package


async def receive(device, request):
    """Hand on to what takes the package; refuse one that cannot come now."""
    status = device.update
    if status["state"] in ("receiving", "restarting"):
        raise Refused(409, "An update is under way")
    if status["state"] == "trial":
        raise Refused(409, "This version is on trial and may still go back: try again in some minutes")
    slot = {"a": "b", "b": "a"}.get(load("update.slots").running())
    if not slot:
        raise Refused(409, "This firmware was not started by its loader: update it with the cable")
    request.length(_LARGEST)
    gc.collect()
    take = load("update.receive").take
    status.update({"state": "receiving", "percent": 0, "error": None})
    return take(device, request, slot)


def failed(device, error):
    """Tell why a package was not taken. Gives the refusal."""
    if isinstance(error, OSError):
        full = error.errno == 28
        error = Refused(507, "No room in the flash" if full else "The flash failed: %r" % error)
    why = error.why if isinstance(error, Refused) else repr(error)
    device.update.update({"state": "failed", "error": why})
    device.note("update: " + why)
    return error


async def taken(device, request, version):
    """Answer with the version that has come, and restart."""
    device.update.update({"state": "restarting", "percent": 100})
    device.note("update: restart with version " + version)
    asyncio.create_task(_restart(device))
    return request.reply(200, "application/json", json.dumps({"version": version}))


async def _restart(device):
    await asyncio.sleep_ms(1000)  # for the answer to leave
    device.restart()
