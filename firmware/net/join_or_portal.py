"""Choice without a network: join it, or open the setup portal. Every five minutes. Loaded on demand."""

import asyncio

from overlay import load

read_json = load("board.flash_json").read_json


def retry(wifi, late):
    """Join again, or open the portal: at once after a press of the button, else only if `late` (not the first try)."""
    button = wifi.device.button
    if button.window:
        button.close()
    elif not (late and _may_open(wifi)) and load("net.connect").join(wifi):
        return
    # Without a network in the settings the portal may always open: there is no access to give away.
    wifi.portal = True
    asyncio.create_task(_set_up(wifi))


def _may_open(wifi):
    """True if the portal may open without a press of the button.

    Anyone near can enter a portal without a password, so such a portal opens only before the first connection.
    """
    if wifi.joined:
        return False  # the network was joined since the start: it will come back
    if "setup_password" in read_json(wifi.device.board, "secrets.json"):
        return True
    return not load("net.wifi_state").read(wifi.device).get("joined")


async def _set_up(wifi):
    try:
        await load("net.portal").run(wifi)
    except Exception as error:
        wifi.device.log.fault("portal", error)
    wifi.portal = False


def forget_network(wifi):
    """Erase the network from the settings, so that the portal opens as on the first day. OSError if the flash fails."""
    wifi.device.change(load("settings.store").NO_WIFI, True)
    wifi.sta.disconnect()
    wifi.disconnected()
    wifi.joined = False
    wifi.away_s = 0
