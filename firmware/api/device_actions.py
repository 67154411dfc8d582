"""What the owner does to the device itself, and sees of its work: telegram, log, networks; card, restart, Wi-Fi."""

import asyncio
import json
from micropython import const

from overlay import load
from server.http import Refused

_JSON = const("application/json")
_BODY = const(64)  # bytes
_STEPS = const(200)  # of waiting for the writer, which begins within a second


def telegram(device, request):
    """GET /api/telegram: the newest one, byte for byte."""
    lines = device.reader.parser.lines
    if not lines:
        raise Refused(404, "No telegram yet")
    request.begin(200, "text/plain")
    for line in lines:
        request.write(line)
        request.write(b"\n")
    return request.drain()


def log(device, request):
    """GET /api/log: the newest lines, oldest first."""
    request.begin(200, "text/plain; charset=utf-8")
    for line in device.log.lines[:]:
        request.write(line)
        request.write("\n")
    return request.drain()


def networks(device, request):
    """GET /api/networks: the Wi-Fi networks that the device hears, the strongest first."""
    if not device.wifi:
        raise Refused(503, "This device has no Wi-Fi")
    return request.reply(200, _JSON, json.dumps({"networks": load("net.connect").networks(device.wifi.sta)}))


def identify(device, request):
    """POST /api/identify: the light shows which device this is."""
    device.light.show("start")
    device.light.show("hi")
    return request.reply(200, _JSON, "{}")


async def restart(device, request):
    """POST /api/restart."""
    device.note("restart, as asked for")
    await request.reply(200, _JSON, "{}")
    asyncio.create_task(_restart(device))


async def erase_wifi(device, request):
    """POST /api/wifi/erase: forget the network, then start again, with the setup portal."""
    try:
        load("settings.store").erase_wifi(device)
    except OSError:
        raise Refused(503, "The flash does not take it") from None
    device.note("Wi-Fi settings erased, as asked for")
    device.light.show("bye")
    await request.reply(200, _JSON, "{}")
    asyncio.create_task(_restart(device))


async def format_card(device, request):
    """POST /api/card/format {"confirm": "format"}: an empty card, with the settings that it had."""
    try:
        asked = json.loads(await request.body(_BODY))
    except ValueError:
        asked = None
    if not isinstance(asked, dict) or asked.get("confirm") != "format":
        raise Refused(400, 'This erases all that the card holds: send {"confirm": "format"}')
    card = device.card
    if card.state == "absent":
        raise Refused(409, "There is no card")
    said = []
    # Whatever else the writer was about to do was for the card as it is.
    device.recorder.jobs[:] = [
        ["storage.card_format", "format_card", "format the card", (device, said), None]
    ]
    for _ in range(_STEPS):
        await asyncio.sleep_ms(50)
        if said:
            break
    else:
        device.recorder.jobs.clear()
        raise Refused(503, "The card is busy, try again")
    if said[0]:
        raise Refused(503, "The card could not be formatted: %s" % said[0])
    await request.reply(200, _JSON, "{}")


async def _restart(device):
    await asyncio.sleep_ms(1000)  # for the answer to leave
    device.restart()
