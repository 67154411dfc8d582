"""Decision whether a package may be installed without BOOT, and the wait for BOOT. Loaded on demand.

A package that is signed by a key of this board, and not older than the running version, needs no approval.
"""

from micropython import const

from overlay import load
from server.http import Refused
from version import BUILD

_WAIT_S = const(120)
_DIGITS = const(16)  # hexadecimal digits of the package's hash that clients compare


async def wait(device, request, head, signatures):
    """Return once the package may be installed. Raise Refused with 403 if the owner does not press BOOT in time.

    head        first line of the manifest as a dict, with the `digest` of the signed part
    signatures  path of the file with the package's signatures, None if the package has no signatures
    """
    fault = await _fault(device, head, signatures)
    if not fault:
        return
    name = "firmware %s from %s (%s)" % (head["version"], request.address, fault)
    ask = load("auth.asks").begin(device, request.address, "update", name, "update")
    try:
        # A client that sends this package knows its digest. So the client can tell whether the board waits with this
        # package, or with the package of somebody else.
        device.update["waiting"] = {"presses": ask["presses"], "digest": head["digest"].hex()[:_DIGITS]}
        device.live.publish("status")
        for _ in range(_WAIT_S * 2):
            if ask["state"] == "approved":
                device.note("update: BOOT allows " + name)
                return
            await device.clock.sleep(0.5)
    finally:
        ask["state"] = "over"
        device.update["waiting"] = None
        device.live.publish("status")
    raise Refused(403, "This package is %s: send it again, and press BOOT" % fault)


async def _fault(device, head, signatures):
    """Return why the package needs BOOT, in a few words. None if the package does not need BOOT."""
    if not signatures:
        return "not signed"
    if not await load("update.signature").is_signed(device, signatures, head["digest"]):
        return "not signed by a key of this board"
    if head["build"] < max(BUILD, load("update.keys").read_floor(device.board.flash)):
        return "older"
    return None
