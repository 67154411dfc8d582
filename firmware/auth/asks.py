"""Asks for a token or a session. An ask waits for presses of BOOT. Loaded on demand.

The reply to a new ask contains a ticket. With this ticket, the client repeats its ask until the owner has approved the
ask. At most four asks wait, each for a different number of presses, from 1 to 4. A number of presses in a row approves
only the ask that waits for this number. Therefore a client that asks all the time gets nothing from presses that are
meant for another client.

An ask is a dict:
what        "token", "session" or "update"
name, kind  name and kind of the token, "page" and "owner" for a session, the version and "update" for a package
ticket      128 random bits as text, by which the client repeats the ask
digits      four digits that the client and the device's page show
presses     number of presses of BOOT that approves the ask
address     IP address of the client
repeated_s  uptime in s at which the client has sent the ask last
state       "waiting", "approved" after the presses of BOOT, "over" after the end of the ask

The ask for an update package has no ticket that its client knows, because the client's request waits for the end of the
ask (update/approval.py).
"""

import json
import os
from micropython import const

from auth.tokens import BY_BUTTON
from overlay import load
from server.http import Refused

_JSON = const("application/json")
_ASKS = const(4)
_ALIVE_S = const(120)
# Seconds after the last repetition of an ask until another ask may get the same number of presses. For at least 2 min
# after the end of an ask, the owner may still press BOOT for this ask, and must not approve the ask of another client.
_BLOCKED_S = const(240)
_NOTE_S = const(10)
_OF_ONE = const(2)  # maximum number of asks from one address, for example from the page and from a program


async def answer(device, request, sent, what, name, kind):
    """Reply to an ask. The ask is new if the body `sent` has no ticket.

    While the ask waits, the reply is 202. After the approval, the reply is the token or the session, but only once.
    """
    if "ticket" in sent:
        now_s = device.clock.uptime_s()
        ask = _find(device.access.asks, request.address, what, sent["ticket"], now_s)
        ask["repeated_s"] = now_s
    else:
        ask = begin(device, request.address, what, name, kind)
    if ask["state"] == "approved":
        await _give(device, request, ask)
        return
    document = {key: ask[key] for key in ("ticket", "digits", "presses")}
    document["expires_s"] = _ALIVE_S
    await request.reply(202, _JSON, json.dumps(document))


def begin(device, address, what, name, kind):
    """Return a new ask that waits for BOOT, and log it. Raise Refused with 503 if four asks exist already."""
    now_s = device.clock.uptime_s()
    access = device.access
    access.asks = [ask for ask in access.asks if now_s - ask["repeated_s"] < _BLOCKED_S]
    ask = _begin(access.asks, address, what, name, kind, now_s)
    if now_s >= access.next_note_s:
        access.next_note_s = now_s + _NOTE_S
        line = "access: press BOOT %d times to let in %s, digits %s, kind %s: %s"
        device.note(line % (ask["presses"], ask["address"], ask["digits"], kind, name))
    return ask


def shown(access, now_s):
    """Return the waiting asks for GET /api/device."""
    keys = ("name", "kind", "digits", "presses")
    return [{key: ask[key] for key in keys} for ask in access.asks if _waits(ask, now_s)]


def approve(device, presses):
    """Approve the ask that waits for this number of presses. Without such an ask, do nothing."""
    for ask in device.access.asks:
        if ask["presses"] == presses and _waits(ask, device.clock.uptime_s()):
            ask["state"] = "approved"
            device.button.close()


def _is_alive(ask, now_s):
    return ask["state"] != "over" and now_s - ask["repeated_s"] < _ALIVE_S


def _waits(ask, now_s):
    return ask["state"] == "waiting" and _is_alive(ask, now_s)


def _find(asks, address, what, ticket, now_s):
    """Return the ask that has this ticket.

    Raise Refused if the ask is over, came from another address, or is not for `what` ("token" or "session").
    """
    ticket = ticket.encode() if isinstance(ticket, str) else b""
    for ask in asks:
        is_known = load("auth.tokens").equal(ask["ticket"].encode(), ticket)
        if is_known and ask["address"] == address and ask["what"] == what and _is_alive(ask, now_s):
            return ask
    raise Refused(410, "This ask is over: ask again")


def _begin(asks, address, what, name, kind, now_s):
    """Add a new ask to `asks`, and return the ask.

    No other ask has the same number of presses, or the same four digits. The owner compares the digits that the client
    shows with the digits on the device's page. A third ask from one address replaces the oldest ask from this address.
    Raise Refused with 503 if four asks exist already.
    """
    own = [ask for ask in asks if ask["address"] == address]
    if len(own) >= _OF_ONE:
        asks.remove(own[0])
    elif len(asks) >= _ASKS:
        raise Refused(503, "Others are asking: try again in a few minutes", "Retry-After: 60\r\n")
    presses = [count for count in range(1, _ASKS + 1) if count not in [ask["presses"] for ask in asks]]
    digits = None
    while digits is None or digits in [ask["digits"] for ask in asks]:
        digits = "%04d" % (int.from_bytes(os.urandom(4), "big") % 10000)
    ask = {
        "what": what,
        "name": name,
        "kind": kind,
        "ticket": os.urandom(16).hex(),
        "digits": digits,
        "presses": presses[os.urandom(1)[0] % len(presses)],
        "address": address,
        "repeated_s": now_s,
        "state": "waiting",
    }
    asks.append(ask)
    return ask


async def _give(device, request, ask):
    """Reply with the approved token or session.

    If the reply fails, no grant is logged, and the ask stays approved, so that the client may repeat the ask.
    """
    ask["state"] = "over"
    try:
        if ask["what"] == "token":
            await load("auth.new_token").give(device, request, ask["name"], ask["kind"], "BOOT")
        else:
            await load("auth.sign_in").give_session(device, request, BY_BUTTON)
            await request.drain()
            line = "session given by BOOT to %s, kind owner" % request.address
            load("auth.grants").note(device, line, "session", ask["name"], ask["kind"])
    except Exception:
        ask["state"] = "approved"
        raise
