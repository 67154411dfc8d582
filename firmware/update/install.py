"""POST /api/update: installs a new version of the firmware from an update package (build_tool/package.py).

The package is written in small pieces to the slot that is not running. The board continues to read the meter meanwhile.
Each file is read back and checked. If all files are right, the next start runs the new version on trial
(update/trial.py). After an error, the running version stays. While update/receive.py receives the package, this module
is not in memory.
"""

import asyncio
import gc
import json
from micropython import const

from overlay import load
from server.http import Refused

_LARGEST = const(1 << 20)  # maximum size of an update package in bytes


async def receive(device, request):
    """Return the awaitable that receives an update package.

    Raise Refused during another update or a trial, and if the firmware was not started by its loader.
    """
    status = device.update
    if status["state"] in ("receiving", "restarting"):
        raise Refused(409, "An update is already running")
    if status["state"] == "trial":
        raise Refused(409, "This version is still on trial: try again in a few minutes")
    slot = {"a": "b", "b": "a"}.get(load("update.slots").running())
    if not slot:
        raise Refused(409, "This firmware was not started by its loader: update it with the cable")
    load("server.request_body").length(request, _LARGEST)
    gc.collect()
    receive_package = load("update.receive").receive_package
    status.update({"state": "receiving", "percent": 0, "error": None})
    return receive_package(device, request, slot)


def report_failure(device, error):
    """Report the reason of a failed update in /api/device and in the log. Return the exception to raise."""
    if isinstance(error, OSError):
        full = error.errno == 28
        error = Refused(507, "No room in the flash" if full else "The flash failed: %r" % error)
    why = error.why if isinstance(error, Refused) else repr(error)
    device.update.update({"state": "failed", "error": why})
    device.note("update: " + why)
    device.live.look_again()  # the clients missed events while the package arrived
    return error


async def restart_into(device, request, version):
    """Reply with the version of the package that was received, then restart the board."""
    device.update.update({"state": "restarting", "percent": 100})
    device.note("update: restart into version " + version)
    asyncio.create_task(_restart(device))
    return request.reply(200, "application/json", json.dumps({"version": version}))


async def _restart(device):
    await asyncio.sleep_ms(1000)  # time for the reply to be sent
    device.restart()
