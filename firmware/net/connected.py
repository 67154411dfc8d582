"""Steps after the board joins a network: announce the device, check the device's name, get the time for the log."""

import asyncio
import network

from meter.timestamp import civil
from overlay import load


def on_connected(wifi):
    """Announce the device at its new IP address, then start a task that checks the device's name and gets the time."""
    device = wifi.device
    wifi.address = wifi.sta.ifconfig()[0]
    wifi.joined = True
    wifi.announced = wifi.announced or network.hostname()
    print("Connected !")
    device.note("Wi-Fi: joined, %s" % wifi.address)
    load("net.wifi_state").mark(device, "joined", True)
    try:
        wifi.discovery = load("net.ssdp").Discovery(device.board, wifi.sta.ifconfig()[:2])
    except OSError as error:
        device.note("Discovery: %s" % error)  # the device works without discovery
    asyncio.create_task(_check_name_and_time(wifi))


async def _check_name_and_time(wifi):
    try:
        await _check_name(wifi)
        await _log_time(wifi)
    except Exception as error:  # nothing else would report an error in this task
        wifi.device.log.fault("arrival", error)


async def _check_name(wifi):
    device = wifi.device
    await device.clock.sleep(5)  # time for the chip's mDNS to claim the device's name on the network
    await load("net.name_conflict").check(wifi, wifi.address)
    if wifi.announced != wifi.name:
        # The device has a new name, for example because another device has the old name. Restart to announce the new
        # name, because mDNS accepts only one name per start. The new name is stored, so that one restart is enough.
        device.note("Restarting to become %s.local" % wifi.name)
        device.restart()


async def _log_time(wifi):
    device = wifi.device
    for _ in range(3):
        if device.coach.start is not None or not wifi.address:
            return
        began = device.clock.now()
        seconds = await load("net.ntp").ask(wifi.sta.ifconfig()[3])
        if seconds is not None:
            print("Synced in %d ms." % device.clock.since(began))
            device.note("Network time: %04d-%02d-%02d %02d:%02d:%02d UTC" % civil(seconds))
            return
        await device.clock.sleep(60)
