"""Belgian digital meter: registers by tariff, demand of the running quarter, and peaks of the months.

simulator/dialect.py writes the meter's telegrams.

Source: e-MUCS P1 1.7.1; COSEM Blue Book, demand and extended registers. At a moment t, a register contains all energy
until t in W s. The power at t is the mean power, in W, of the second that ended at t. Therefore registers and powers
match exactly: 500 W at t raises the register by 500 W s from t - 1 to t.
"""

from collections.abc import Callable, Sequence

from simulator.clock import QUARTER_S, is_day_tariff, month_start, quarter_start
from simulator.household import Load
from simulator.mbus import GAS, WATER, MBusDevice
from simulator.meter_history import MOST_MONTHS, ClosedMonth, MeterHistory, Peak


class Meter:
    """Meter that counts the energy of a load. `moment` is the meter's clock (see simulator.clock).

    `import_ws` and `export_ws` are the registers in W s, by tariff (day, night). `peak` is the month's peak (1.6.0).
    `closed` contains the closed months (98.1.0), oldest first. `on_quarter(start, demand_w)` is called for each
    completed quarter.
    """

    def __init__(
        self,
        load: Load,
        start: int,
        history: MeterHistory | None = None,
        *,
        gas: int | None = None,
        water: int | None = None,
        gas_linked: bool = True,
        message: str = "",
    ) -> None:
        history = history or MeterHistory()
        self.load = load
        self.moment = start
        self.import_ws = [wh * 3600 for wh in history.import_wh]
        self.export_ws = [wh * 3600 for wh in history.export_wh]
        self.closed: list[ClosedMonth] = list(history.closed)
        self.peak = history.peak or Peak(0, month_start(start))
        self.breaker = 1
        self.message = message
        self.on_quarter: Callable[[int, int], None] | None = None
        self._clock_offset_s = 0  # seconds by which the meter's clock is ahead of the household's clock
        self._quarter_ws = load.energy_ws(quarter_start(start), start)[0]
        self.devices: list[MBusDevice] = []
        if gas:
            volume = history.gas_ml if gas_linked else 0
            self._add_mbus_device(
                MBusDevice(gas, GAS, "7FLO2100000031", load.gas_ml, volume, linked=gas_linked, valve=1)
            )
        if water:
            self._add_mbus_device(MBusDevice(water, WATER, "8SET0000000042", load.water_ml, history.water_ml))

    def _add_mbus_device(self, device: MBusDevice) -> None:
        if device.channel not in range(1, 5) or any(
            device.channel == other.channel for other in self.devices
        ):
            raise ValueError(f"M-Bus channel {device.channel}: a channel is 1 to 4 and can have one device")
        device.capture_until(self.moment)
        self.devices.append(device)
        self.devices.sort(key=lambda each: each.channel)

    @property
    def import_wh(self) -> list[int]:
        """Import registers of day and night tariff (Wh): 1.8.1 and 1.8.2."""
        return [energy // 3600 for energy in self.import_ws]

    @property
    def export_wh(self) -> list[int]:
        """Export registers of day and night tariff (Wh): 2.8.1 and 2.8.2."""
        return [energy // 3600 for energy in self.export_ws]

    @property
    def tariff(self) -> int:
        """Tariff (96.14.0): 1 is day, 2 is night. Dutch meters count the other way round."""
        return 1 if is_day_tariff(self.moment) else 2

    @property
    def demand_w(self) -> int:
        """Demand (1.4.0) in W: the import of the running quarter so far, divided by 15 minutes.

        The demand starts at 0 in each quarter.
        """
        return self._quarter_ws // QUARTER_S

    @property
    def phase_w(self) -> Sequence[int]:
        """Net power by phase (W): above 0 is import, below 0 is export."""
        return self.load.power_w(self.moment - self._clock_offset_s)

    def advance(self, seconds: int = 1, *, powered: bool = True) -> None:
        """Let time pass. Without power the meter's clock continues, but the meter counts no electricity."""
        end = self.moment + seconds
        while self.moment < end:
            stop = min(end, quarter_start(self.moment) + QUARTER_S)
            if powered:
                self._count(self.moment, stop)
            self.moment = stop
            if stop % QUARTER_S == 0:
                self._close_quarter()
        for device in self.devices:
            device.capture_until(self.moment - self._clock_offset_s)

    def set_clock(self, seconds: int) -> None:
        """Move the meter's clock forward or back by `seconds`, as the grid operator may do remotely.

        If the clock leaves the running quarter, this quarter is not completed and sets no peak.
        """
        before = self.moment
        self.moment += seconds
        self._clock_offset_s += seconds
        if quarter_start(before) != quarter_start(self.moment):
            self._quarter_ws = 0
        if month_start(before) < month_start(self.moment):
            self._close_month(month_start(self.moment))

    def _count(self, begin: int, end: int) -> None:
        imported, exported = self.load.energy_ws(begin - self._clock_offset_s, end - self._clock_offset_s)
        # The tariff at `begin` applies to all seconds until `end`, because a tariff changes only between quarters.
        register = 0 if is_day_tariff(begin) else 1
        self.import_ws[register] += imported
        self.export_ws[register] += exported
        self._quarter_ws += imported

    def _close_quarter(self) -> None:
        """Complete the quarter that ends now. If its demand is above the month's peak, set a new peak of the month."""
        demand_w, self._quarter_ws = self.demand_w, 0
        if demand_w > self.peak.power_w:
            self.peak = Peak(demand_w, self.moment)
        if self.on_quarter:
            self.on_quarter(self.moment - QUARTER_S, demand_w)
        if self.moment == month_start(self.moment):
            self._close_month(self.moment)

    def _close_month(self, closing: int) -> None:
        self.closed = [*self.closed, ClosedMonth(closing, self.peak)][-MOST_MONTHS:]
        # The new month begins with a peak of 0 W at the moment `closing`, because a reset of the register sets a
        # default value and the time of the reset (Blue Book, Extended register).
        self.peak = Peak(0, closing)
