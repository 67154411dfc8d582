"""Choice between joining the network again and opening the setup portal. Loaded on demand.

While there is no Wi-Fi, net/wifi.py calls retry() every five minutes, and after a press of the button.
"""

import asyncio

from overlay import load

read_json = load("board.flash_json").read_json


def retry(wifi, late):
    """Join the network of the settings, or open the setup portal.

    The portal opens in three cases: after a press of the button, if the settings contain no network, or if `late` is
    True and _may_open() returns True. `late` is False at the first call after a start, after the portal has closed, and
    after the network was erased.
    """
    button = wifi.device.button
    if button.window:
        button.close()
    elif not (late and _may_open(wifi)) and load("net.connect").join(wifi):
        return
    # If the settings contain no network, the portal opens even without a setup password. A stranger who uses such a
    # portal gets no access to a network, because the device has joined no network.
    wifi.portal = True
    asyncio.create_task(_set_up(wifi))


def _may_open(wifi):
    """True if the portal may open without a press of the button.

    Anyone near can use a portal without a setup password. Therefore such a portal opens only before the first
    connection.
    """
    if wifi.joined:
        return False  # a network was joined since the start, and will probably return
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
    """Erase the Wi-Fi network from the settings. Without a network, the portal opens. OSError if the flash fails."""
    wifi.device.change(load("settings.store").NO_WIFI, True)
    wifi.sta.disconnect()
    wifi.disconnected()
    wifi.joined = False
    wifi.away_s = 0
