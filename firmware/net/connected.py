"""What is done after joining a network: is the name this device's alone, and what time is it until the meter says."""

import asyncio
import network

from meter.timestamp import civil
from overlay import load


def arrive(wifi):
    """The radio has an address: tell, and look after the name and the time."""
    device = wifi.device
    wifi.address = wifi.sta.ifconfig()[0]
    wifi.joined = True
    wifi.announced = wifi.announced or network.hostname()
    print("Connected !")
    device.note("Wi-Fi: joined, %s" % wifi.address)
    load("net.wifi_state").mark(device, "joined", True)
    try:
        wifi.discovery = load("net.ssdp").Discovery(device.board, wifi.address)
    except OSError as error:
        device.note("Discovery: %s" % error)  # all else works without
    asyncio.create_task(_settle(wifi))


async def _settle(wifi):
    try:
        await _name(wifi)
        await _time(wifi)
    except Exception as error:  # a task of its own: nobody else would hear of it
        wifi.device.log.fault("arrival", error)


async def _name(wifi):
    device = wifi.device
    await device.clock.sleep(5)  # mDNS asks for its own name first
    await load("net.name_conflict").check(wifi, wifi.address)
    if wifi.announced != wifi.name:
        # The name of mDNS is set once a start. This happens once in the life of a second device in a house.
        device.note("Restart, to be %s.local" % wifi.name)
        device.restart()


async def _time(wifi):
    device = wifi.device
    for _ in range(3):
        if device.coach.start is not None or not wifi.address:
            return
        began = device.clock.now()
        seconds = await load("net.ntp").ask(wifi.sta.ifconfig()[3])
        if seconds is not None:
            print("Synced in %d ms." % device.clock.since(began))
            device.note("Time of the network: %04d-%02d-%02d %02d:%02d:%02d UTC" % civil(seconds))
            return
        await device.clock.sleep(60)
