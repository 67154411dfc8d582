"""What is done at each turn of five minutes without a network: join anew, or open the setup portal."""

import asyncio

from overlay import load

read_json = load("board.flash_json").read_json


def turn(wifi, late):
    """Begin a turn; `late` when one has passed without success. A press of the button opens the portal at once."""
    button = wifi.device.button
    if button.window:
        button.close()
    elif not (late and _may_open(wifi)) and load("net.connect").join(wifi):
        return
    # Also where the settings name no network: there is none to give away.
    wifi.portal = True
    asyncio.create_task(_set_up(wifi))


def _may_open(wifi):
    """Anybody near could enter a portal without a password, so that it opens by itself only the first time."""
    if wifi.joined:
        return False  # it worked in this start: it will again
    if "setup_password" in read_json(wifi.device.board, "secrets.json"):
        return True
    return not load("net.wifi_state").read(wifi.device).get("joined")


async def _set_up(wifi):
    try:
        await load("net.portal").run(wifi)
    except Exception as error:
        wifi.device.log.fault("portal", error)
    wifi.portal = False


def forget(wifi):
    """Erase the network from the settings, so that the portal opens as on the first day. OSError of the flash."""
    load("settings.store").erase_wifi(wifi.device)
    wifi.sta.disconnect()
    wifi.leave()
    wifi.joined = False
    wifi.away_s = 0
