"""GET and POST /api/card/rebuild: rebuild the daily totals on a card of the original firmware. Loaded on demand."""

import json
from micropython import const

from overlay import load
from server.http import Refused

_JSON = const("application/json")


def show(device, request):
    """GET /api/card/rebuild: send the state of the rebuild, and the last month that the rebuild has finished."""
    state, month = load("storage.rebuild_mark").state(device.card)
    return _send(request, state, month)


def start(device, request):
    """POST /api/card/rebuild: begin to rebuild the card once more. Firmware 0.1.0 rebuilt this card less exactly.

    Raise Refused if the card needs no rebuild.
    """
    state, month = load("storage.rebuild_mark").state(device.card)
    if state == "done":
        raise Refused(409, "This card needs no rebuild")
    job = ["storage.rebuild", "rebuild_again", "rebuild day.csv", device.recorder, None]
    if state == "offered" and job not in device.recorder.jobs:
        device.recorder.jobs.append(job)
    return _send(request, "running", month)


def _send(request, state, month):
    return request.reply(200, _JSON, json.dumps({"state": state, "month": month}))
