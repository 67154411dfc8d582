"""The trial of a new version after an update. Loaded on demand.

The version passes when it has joined Wi-Fi, listens for HTTP and has read a telegram. A board without a radio needs no
Wi-Fi. Without a meter, the version passes after ten minutes of Wi-Fi and HTTP. loader/slot.py counts the starts of a
version on trial. If the version does not pass within three starts, the previous version returns.
"""

import asyncio
from micropython import const

from overlay import load

_WITHOUT_METER_S = const(600)
_AGAIN_S = const(60)


class Trial:
    """Checks each second whether the new version has passed its trial."""

    def __init__(self, device):
        self._device = device
        self._working_s = 0
        # Store the bound method, so that remove() gets the same bound method as append(). Each look-up of a method
        # would make a new bound method.
        self._each_second = self.each_second
        device.supervisor.each_second.append(self._each_second)

    def each_second(self):
        device = self._device
        joined = device.wifi is None or device.wifi.address
        self._working_s = self._working_s + 1 if joined and device.server.listening else 0
        if self._working_s > 0 and (device.coach.start is not None or self._working_s > _WITHOUT_METER_S):
            self._confirm()

    def _confirm(self):
        device = self._device
        try:
            load("update.slots").choose(device.board, load("update.slots").running(), "ok")
        except OSError as error:
            device.note("update: could not confirm this version: %r" % error)
            self._working_s -= _AGAIN_S
            return
        device.update["state"] = "idle"
        device.supervisor.each_second.remove(self._each_second)
        device.note("update: this version works and stays")
        asyncio.create_task(load("update.keys").settle(device))
