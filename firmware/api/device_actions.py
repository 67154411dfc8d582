"""Routes for actions on the device, and for the newest telegram, the log and a Wi-Fi scan. Loaded on demand.

The actions: identify or restart the device, format the card, remove the passwords from the card, erase the Wi-Fi
settings.
"""

import asyncio
import json
from micropython import const

from overlay import load
from server.http import Refused

_JSON = const("application/json")
_IDENTIFY_S = const(60)
_BODY = const(64)  # maximum length of a request body in bytes
# Maximum number of checks whether the recorder has finished a job. The checks are 50 ms apart, 10 s in all. The job
# blocks all tasks, so that no check runs during the job. Therefore the 10 s only limit the wait before the job, which
# is less than a second.
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
    """POST /api/identify: blink the light, so that the owner sees which device this is.

    No token is needed. For requests without a token, the light blinks at most once a minute. Raise Refused in the
    quiet hours, and while the light shows a warning.
    """
    light = device.light
    if light.is_quiet:
        raise Refused(409, "The light is dark in the quiet hours")
    if device.light_pattern() == "risk":
        raise Refused(409, "The light shows a warning")
    if isinstance(request.party, str):  # the request has no valid token
        wait_s = light.identified_s + _IDENTIFY_S - device.clock.uptime_s()
        if wait_s > 0:
            why = "The light has flashed a moment ago: try again in %d s" % wait_s
            raise Refused(429, why, "Retry-After: %d\r\n" % wait_s)
        light.identified_s = device.clock.uptime_s()
    light.show("start")
    light.show("hi")
    return request.reply(200, _JSON, "{}")


async def restart(device, request):
    """POST /api/restart: restart the device."""
    device.note("restart requested")
    await request.reply(200, _JSON, "{}")
    asyncio.create_task(_restart(device))


async def erase_wifi(device, request):
    """POST /api/wifi/erase: erase the Wi-Fi settings, then restart, so that the setup portal opens."""
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
        asked = json.loads(await load("server.request_body").read_all(request, _BODY))
    except ValueError:
        asked = None
    if not isinstance(asked, dict) or asked.get("confirm") != "format":
        raise Refused(400, 'This erases the whole card. To confirm, send {"confirm": "format"}')
    if device.card.state == "absent":
        raise Refused(409, "There is no card")
    # Remove all waiting jobs, because formatting would erase the files that these jobs write.
    device.recorder.jobs.clear()
    fault = await _run(device, "storage.card_format", "format_card", "format the card")
    if fault:
        raise Refused(503, "The card could not be formatted: %s" % fault)
    await request.reply(200, _JSON, "{}")


async def forget_password(device, request):
    """POST /api/card/forget_password: overwrite the passwords in the card's config.json."""
    if not device.card.mounted:
        raise Refused(409, "There is no card that can be read")
    fault = await _run(device, "settings.from_card", "forget_password", "remove the password from the card")
    if fault:
        raise Refused(503, "The card failed: %s" % fault)
    await request.reply(200, _JSON, "{}")


async def _run(device, *job):
    """Let the recorder run a job before all other jobs. Return the fault that the job reports, "" after success.

    Raise Refused with 503 if the job is not done after 10 s.
    """
    result = []
    device.recorder.jobs.insert(0, list(job) + [(device, result), None])
    for _ in range(_STEPS):
        await asyncio.sleep_ms(50)
        if result:
            return result[0]
    device.recorder.jobs.clear()
    raise Refused(503, "The card is busy, try again")


async def _restart(device):
    await asyncio.sleep_ms(1000)  # time for the reply to be sent
    device.restart()
