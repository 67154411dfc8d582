"""Routes for actions on the device, and for the newest telegram, the log and a Wi-Fi scan. Loaded on demand.

The actions: identify the device, restart it, format the card, erase the Wi-Fi settings.
"""

import asyncio
import json
from micropython import const

from overlay import load
from server.http import Refused

_JSON = const("application/json")
_BODY = const(64)  # maximum length of a request body in bytes
# The request checks every 50 ms whether the card has been formatted, this many times at most. Nothing else runs during
# the formatting. Therefore 200 checks (10 s) only have to last until the recorder begins, which is within a second.
_STEPS = const(200)


def telegram(device, request):
    """GET /api/telegram: send the newest telegram, byte for byte."""
    lines = device.reader.parser.lines
    if not lines:
        raise Refused(404, "No telegram yet")
    request.begin(200, "text/plain")
    for line in lines:
        request.write(line)
        request.write(b"\n")


def log(device, request):
    """GET /api/log: send the newest lines of the log, the oldest line first."""
    request.begin(200, "text/plain; charset=utf-8")
    for line in device.log.lines[:]:
        request.write(line)
        request.write("\n")


def networks(device, request):
    """GET /api/networks: send the Wi-Fi networks in range, the strongest first."""
    if not device.wifi:
        raise Refused(503, "This device has no Wi-Fi")
    return request.reply(200, _JSON, json.dumps({"networks": load("net.connect").networks(device.wifi.sta)}))


def identify(device, request):
    """POST /api/identify: flash the light, so that the owner sees which device this is."""
    device.light.show("start")
    device.light.show("hi")
    return request.reply(200, _JSON, "{}")


async def restart(device, request):
    """POST /api/restart: restart the device."""
    device.note("restart requested")
    await request.reply(200, _JSON, "{}")
    asyncio.create_task(_restart(device))


async def erase_wifi(device, request):
    """POST /api/wifi/erase: erase the Wi-Fi settings, then restart into the setup portal."""
    try:
        device.change(load("settings.store").NO_WIFI, True)
    except OSError:
        raise Refused(503, "Could not write to flash") from None
    device.note("Wi-Fi settings erased by request")
    device.light.show("bye")
    await request.reply(200, _JSON, "{}")
    asyncio.create_task(_restart(device))


async def format_card(device, request):
    """POST /api/card/format {"confirm": "format"}: format the card, then write the settings to the card again."""
    try:
        asked = json.loads(await request.body(_BODY))
    except ValueError:
        asked = None
    if not isinstance(asked, dict) or asked.get("confirm") != "format":
        raise Refused(400, 'This erases the whole card. To confirm, send {"confirm": "format"}')
    card = device.card
    if card.state == "absent":
        raise Refused(409, "There is no card")
    result = []
    # Drop the waiting jobs, because formatting removes the files that they would write.
    device.recorder.jobs[:] = [
        ["storage.card_format", "format_card", "format the card", (device, result), None]
    ]
    for _ in range(_STEPS):
        await asyncio.sleep_ms(50)
        if result:
            break
    else:
        device.recorder.jobs.clear()
        raise Refused(503, "The card is busy, try again")
    if result[0]:
        raise Refused(503, "The card could not be formatted: %s" % result[0])
    await request.reply(200, _JSON, "{}")


async def _restart(device):
    await asyncio.sleep_ms(1000)  # time for the reply to be sent
    device.restart()
