"""Versions that do not come up: ways_back.py OLD NEW FAILING; prints as JSON what each start of a case began with."""

import json
import sys

from flash import Device, Flash, Mounted, OnFlash, Request, format_flash, read, send, start, write

from update.slots import choose, status
from update.trial import Trial


def load(path):
    with open(path, "rb") as file:
        return file.read()


def with_update(old, package):
    flash = format_flash()
    with Mounted(flash):
        assert send(Device(), Request(old), "b")[0] == 200
        choose(Device().board, "a", "ok")
        if package:
            assert send(Device(), Request(package))[0] == 200
    return flash


def on_trial(flash, seconds, telegram=False, listening=True, joined=True):
    """The new version runs for some seconds. Gives slot.txt and what it tells."""
    with OnFlash(flash, "b"):
        device = Device()
        device.update = status(device.board)
        device.wifi.address = joined
        assert device.update["state"] == "trial"
        device.server = type("Server", (), {"listening": listening})
        device.coach = type("Coach", (), {"start": 1 if telegram else None})
        Trial(device)
        for _ in range(seconds):
            for part in device.supervisor.each_second:
                part()
        return [read("/flash/slot.txt").strip(), device.update["state"], len(device.supervisor.each_second)]


def told(flash, slot):
    with OnFlash(flash, slot):
        return status(Device().board)["error"]


def main(old, new, failing):
    old, new, failing = load(old), load(new), load(failing)
    said = {}

    flash = with_update(old, new)
    said["never confirmed"] = [start(flash) for _ in range(5)]
    said["never confirmed, told"] = told(flash, "a")

    flash = with_update(old, failing)
    said["failing import"] = [start(flash) for _ in range(3)]
    said["failing import, told"] = told(flash, "a")

    flash = with_update(old, new)
    start(flash)
    said["telegram"] = on_trial(flash, 2, telegram=True)
    said["telegram, later"] = [start(flash) for _ in range(5)]

    flash = with_update(old, new)
    start(flash)
    said["no Wi-Fi"] = on_trial(flash, 700, telegram=True, joined=False)
    said["no HTTP"] = on_trial(flash, 700, telegram=True, listening=False)
    said["no meter, 10 minutes"] = on_trial(flash, 600)
    said["no meter, longer"] = on_trial(flash, 602)

    flash = with_update(old, None)
    with Mounted(flash):
        write("/flash/a/main.py", "1/0")
    said["the only one fails"] = [start(flash) for _ in range(2)]

    flash = with_update(old, new)
    with Mounted(flash):
        choose(Device().board, "b", "ok")
        write("/flash/b/main.py", "1/0")
    said["a good one breaks"] = [start(flash) for _ in range(3)]

    for name, text in (("no slot.txt", None), ("slot.txt of nobody", "c x\n"), ("empty slot.txt", "")):
        flash = with_update(old, None)
        with Mounted(flash):
            if text is None:
                import os

                os.remove("/flash/slot.txt")
            else:
                write("/flash/slot.txt", text)
        said[name] = start(flash)

    said["nothing there"] = start(format_flash())

    flash = with_update(old, new)
    with OnFlash(flash, "b"):
        device = Device()
        device.update = status(device.board)
        said["update while on trial"] = send(device, Request(old), "b")
    with Mounted(Flash(flash.data)):
        sys.path.insert(0, "/somewhere")
        said["not by the loader"] = send(Device(), Request(old), "sources")
    print(json.dumps(said))


main(*sys.argv[1:])
