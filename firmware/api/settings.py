"""GET and PATCH /api/config: the owner's settings without passwords. Loaded on demand."""

import json
from micropython import const

from auth.tokens import BY_BUTTON, OWNER
from overlay import load
from server.http import Refused

_JSON = const("application/json")
# Sections of settings that take effect after a restart. All other settings take effect at once.
_AT_START = ("wifi", "network", "radio")
_OF_OWNER = ("access", "wifi", "network")


def show(device, request):
    """Send all settings, grouped in sections. Passwords are null. `has_password` is true if a password is set."""
    return request.reply(200, _JSON, json.dumps(_document(device)))


async def change(device, request):
    """Apply the changes in the body, which has the shape of the reply to GET. If a change is wrong, apply no change."""
    changes = await load("server.request_body").read_object(request)
    if any(section in changes for section in _OF_OWNER):
        device.access.require(request, OWNER)
    password, old_password = _take_passwords(changes)
    has_password = load("auth.password").is_set(device.board)
    faults = _access_faults(device, changes, password, has_password)
    if faults:
        # The reply lists the faults of all changes. To find the remaining faults, merge the changes into a copy of the
        # settings. This copy is not stored.
        faults += load("settings.schema").merge(load("settings.store").given(device), changes)
        raise Refused(400, "; ".join(faults))
    if password is not None and has_password:
        await _check_old_password(device, request, old_password)
    try:
        faults = device.change(changes)
        if faults:
            raise Refused(400, "; ".join(faults))
        if password is not None:
            await load("auth.password").set_password(device, password, request.address)
    except OSError:
        raise Refused(503, "Could not write to flash") from None
    device.settle()
    if "capacity" in changes:
        load("storage.card_peaks").queue_search(device.recorder)
    device.live.publish("status", "peaks")
    document = _document(device)
    document["restart_needed"] = any(section in changes for section in _AT_START)
    return request.reply(200, _JSON, json.dumps(document))


def _take_passwords(changes):
    """Remove the device's new and old password from the changes. The settings contain no password of the device.

    Return (new password or None, old password or None).
    """
    section = changes.get("access")
    if not isinstance(section, dict):
        return None, None
    passwords = section.pop("password", None), section.pop("old_password", None)
    if not section:
        del changes["access"]
    return passwords


async def _check_old_password(device, request, old_password):
    """Refuse a client that does not send the current password. For 10 min, a session by BOOT needs no password."""
    if load("auth.tokens").kind_of(device.access, device.clock.uptime_s(), request) == BY_BUTTON:
        return
    if old_password is None:
        raise Refused(403, "Send the current password as access.old_password, or sign in by BOOT")
    try:
        await load("auth.sign_in").check_password(device, request, old_password)
    except Refused as refused:
        if refused.status == 401:
            # Reply 403 in place of 401. After a 401, a client would believe that its token is not valid.
            raise Refused(403, "access.old_password is not the current password") from None
        raise


def _access_faults(device, changes, password, has_password):
    faults = []
    fault = password is not None and load("auth.password").fault_in(password)
    if fault:
        faults.append("access.password " + fault)
    section = changes.get("access")
    if isinstance(section, dict) and section.get("closed") and not (password or has_password):
        faults.append("access.closed needs a password first, or nobody can sign in")
    return faults


def _document(device):
    document = load("settings.store").shown(device)
    document["wifi"]["password_on_card"] = load("board.card_json").has_password()
    document["access"]["password"] = None
    document["access"]["has_password"] = load("auth.password").is_set(device.board)
    return document
