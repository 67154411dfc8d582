"""GET and PATCH /api/config: the owner's settings without passwords. Loaded on demand."""

import json
from micropython import const

from overlay import load
from server.http import Refused

_JSON = const("application/json")
_BODY = const(2048)  # maximum length of a request body in bytes
# Sections of settings that take effect after a restart. All other settings take effect at once.
_AT_START = ("wifi", "network", "radio")


def show(device, request):
    """Send all settings, grouped in sections. Passwords are null. `has_password` is true if a password is set."""
    return request.reply(200, _JSON, json.dumps(_document(device)))


async def change(device, request):
    """Apply the changes in the body, which has the shape of the reply to GET. If a change is wrong, apply none."""
    try:
        changes = load("board.json_text").parse(await request.body(_BODY))
    except ValueError as error:
        raise Refused(400, "The body %s" % error) from None
    password = _take_password(changes)
    has_password = load("auth.password").is_set(device.board)
    if password is None or changes or has_password or not device.button.window:
        device.access.require(request)
    faults = _access_faults(device, changes, password, has_password)
    if faults:
        # Merge the changes into a copy of the settings. This finds the faults of the other settings, so that the reply
        # lists all faults.
        faults += load("settings.schema").merge(load("settings.store").given(device), changes)
        raise Refused(400, "; ".join(faults))
    try:
        faults = device.change(changes)
        if faults:
            raise Refused(400, "; ".join(faults))
        if password is not None:
            await load("auth.password").set_password(device, password)
    except OSError:
        raise Refused(503, "Could not write to flash") from None
    device.settle()
    if "capacity" in changes:
        load("storage.card_peaks").queue_search(device.recorder)
    device.live.publish("status", "peaks")
    document = _document(device)
    document["restart_needed"] = any(section in changes for section in _AT_START)
    return request.reply(200, _JSON, json.dumps(document))


def _take_password(changes):
    """Remove the device's password from the changes, because it is stored apart. Return the password or None."""
    section = changes.get("access") if isinstance(changes, dict) else None
    if not isinstance(section, dict):
        return None
    password = section.pop("password", None)
    if not section:
        del changes["access"]
    return password


def _access_faults(device, changes, password, has_password):
    faults = []
    fault = password is not None and load("auth.password").fault_in(password)
    if fault:
        faults.append("access.password " + fault)
    section = changes.get("access") if isinstance(changes, dict) else None
    if isinstance(section, dict) and section.get("closed") and not (password or has_password):
        faults.append("access.closed needs a password first, or nobody can sign in")
    return faults


def _document(device):
    document = load("settings.store").shown(device)
    document["wifi"]["password_on_card"] = load("board.card_json").has_password()
    document["access"]["password"] = None
    document["access"]["has_password"] = load("auth.password").is_set(device.board)
    return document
