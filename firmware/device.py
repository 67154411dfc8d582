"""The device: owns all parts of the firmware, and passes each reading from part to part."""

from micropython import const

from meter.parser import total
from meter.timestamp import civil
from overlay import load

TYPE_CHECKING = const(0)
if TYPE_CHECKING:
    from collections.abc import Callable

    from api.live import Live
    from auth.access import Access
    from board.button import Button
    from board.clock import Clock
    from board.host import Board
    from board.light import Light
    from demand.coach import Coach
    from demand.peaks import Peaks
    from log import Log
    from meter.reader import Reader
    from net.wifi import Wifi
    from server.http import Server
    from storage.card import Card
    from storage.recorder import Recorder
    from supervisor import Supervisor

_SAVE_S = const(60)
# 2020-01-01 as local_s. A clock with an earlier date was never set, because a meter's clock starts in 2000.
_SET_S = const(631152000)


class Device:
    """The device. app.py creates its parts. The methods do the work that involves several parts.

    config   dict of all settings except the Wi-Fi's (settings/schema.py)
    unsaved  settings as JSON text that must still be written to the flash, None if all are written
    saved_s  uptime in s at which settings were last written to the flash, None before the first time
    limits   (limiter in W, fuse in mA) of the newest telegram, None after a change of settings
    update   the state of an update, a dict with the keys of status() in update/slots.py
    wifi     the Wi-Fi connection, None on a board without a radio
    """

    board: Board
    clock: Clock
    log: Log
    note: Callable[[str], None]
    supervisor: Supervisor
    card: Card
    config: dict
    coach: Coach
    peaks: Peaks
    reader: Reader
    recorder: Recorder
    access: Access
    server: Server
    live: Live
    light: Light
    button: Button
    wifi: Wifi
    update: dict
    unsaved: str
    saved_s: int
    limits: tuple

    def name(self):
        """Return the name of the device on the network."""
        return self.wifi.name if self.wifi else self.config["device_name"]

    def settle(self):
        """Apply the settings to the parts that depend on them."""
        load("settings.apply").settle(self)

    def change(self, changes, at_once=False):
        """Change settings, and return their faults. The job that writes the settings to the card is queued first.

        The arguments and exceptions are those of change() in settings/store.py.
        """
        faults, jobs = load("settings.store").change(self, changes, at_once)
        self.recorder.jobs[:0] = jobs
        return faults

    def save_settings(self):
        """Write unsaved settings to the flash, and queue the job that writes the settings to the card."""
        if self.unsaved:
            self.recorder.jobs[:0] = load("settings.store").save_late(self)

    def each_second(self):
        """If a card was inserted, apply the settings of the card. Write unsaved settings to the flash.

        If no card was inserted, the write waits until a minute after the previous write.
        """
        if self.card.each_second():
            # read() writes unsaved settings to the card at once, but may fail. Therefore save_settings() comes first,
            # and queues a job that writes the settings to the card later.
            self.save_settings()
            load("settings.apply").read(self)
            self.settle()
        if self.unsaved and self.clock.uptime_s() - self.saved_s >= _SAVE_S:
            self.save_settings()

    def on_reading(self):
        """Update all figures from the newest reading, and publish them."""
        fields = self.reader.parser.reading
        local_s, summer = fields["time"] or (0, False)
        if local_s < _SET_S:
            load("meter.clock_not_set").on_reading(self)
            return
        if fields["power_import_w"] is None:
            return
        self.log.local_s = local_s
        self.light.telegram(local_s)
        if self.coach.start is None:
            self.note("Started up @%04d-%02d-%02d %02d:%02d:%02d" % civil(local_s))
            self.recorder.resume(local_s, summer)
        changed = self.coach.closes(local_s, summer) and self._close(local_s, summer)
        if self.peaks.update(local_s, fields["peak"], fields["peaks"]):
            changed = True
        limits = fields["limiter_w"], fields["fuse_ma"]
        if changed or limits != self.limits:
            self.limits = limits
            load("demand.connection").settle(self)
        self.coach.update(
            local_s,
            summer,
            fields["power_import_w"],
            fields["power_export_w"],
            fields["demand_w"],
            total(fields, "energy_import_"),
            self.peaks.power_w,
        )
        if changed:
            self.live.publish("reading", "quarter", "peaks")
        else:
            self.live.publish("reading", "quarter")

    def _close(self, local_s, summer):
        """Close the running quarter, and queue it for storage. Return True if the quarter is the month's new peak."""
        coach = self.coach
        self.recorder.close(local_s, summer)
        average_w = coach.average_w()
        return average_w is not None and self.peaks.add_quarter(coach.start, coach.summer, average_w)

    def light_pattern(self):
        """Return the name of the light pattern for the most important state of the device."""
        if self.wifi and self.wifi.portal:
            return "wifi"
        if self.coach.at_risk:
            return "risk"
        return "dim" if self.card.state == "ok" else "sos"

    def erase_wifi(self):
        """Erase the Wi-Fi settings and open the setup portal."""
        self.light.show("bye")
        if self.wifi:
            load("net.join_or_portal").forget_network(self.wifi)

    def restart(self):
        """Write unsaved settings, then restart the board."""
        self.save_settings()
        self.board.restart()
