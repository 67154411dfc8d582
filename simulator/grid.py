"""Voltages, currents and powers as a meter measures them on each kind of grid connection.

A household has a power for each of its circuits. The values that its meter shows depend on the grid: one phase, three
phases with a neutral (3N400), or three phases without a neutral (3x230 V). Grids without a neutral are still common
in Brussels and in old Flemish streets.
"""

import math
from cmath import rect
from collections.abc import Callable, Sequence
from dataclasses import dataclass

_OHM = 0.18
"""Resistance of the street cable per phase; because of it a kettle dims the light a little."""
_STANDBY_VAR = 28
"""Reactive power of the electronics on each phase."""


@dataclass(frozen=True, slots=True)
class Measurement:
    """Values by phase: net power in W, voltage in dV, and current in mA, which is never negative."""

    power_w: Sequence[int]
    voltage_dv: Sequence[int]
    current_ma: Sequence[int]


def _grid_volt(at: int, phase: int) -> float:
    """Return the voltage (V) of the street cable without the load of the household. The load lowers the voltage.

    The voltage varies by some volts over the day, and by tenths of a volt each second.
    """
    slow = 2.4 * math.sin(at / 5_400 + 2.1 * phase) + 1.3 * math.sin(at / 1_117 + phase)
    return 232.5 + slow + ((at * (7 + phase) + 13 * phase) % 7 - 3) * 0.1


def _phase(power_w: int, volt: float) -> tuple[float, float]:
    """Return voltage under load (V) and current (A) of one circuit."""
    apparent = math.hypot(power_w, _STANDBY_VAR + 0.08 * abs(power_w))
    volt -= _OHM * power_w / volt
    return volt, apparent / volt


def star(at: int, power_w: Sequence[int]) -> Measurement:
    """Measure one phase, or three phases with a neutral. Each circuit is a phase."""
    pairs = [_phase(power, _grid_volt(at, phase)) for phase, power in enumerate(power_w)]
    return Measurement(
        power_w, [round(volt * 10) for volt, _ in pairs], [round(ampere * 1000) for _, ampere in pairs]
    )


def two_wattmeters(at: int, power_w: Sequence[int]) -> Measurement:
    """Measure 3x230 V as a Sagemcom T211 does, with two wattmeters that have L2 as their reference.

    Each circuit is between two lines (L1-L2, L2-L3, L3-L1). Voltages U and currents I are complex numbers, and * is
    the conjugate. The power of L1 is Re(U12 I1*), and the power of L3 is Re(U32 I3*). Only the sum of the two powers
    has a meaning, because one power may be import while the other power is export. L2 shows 0 V and 0 W, but a real
    current.
    """
    volts, amperes = zip(
        *(_phase(power, _grid_volt(at, phase)) for phase, power in enumerate(power_w)), strict=True
    )
    # Currents of the circuits as phasors. An import is in phase with the voltage. An export is opposite to the voltage.
    flows = [
        rect(math.copysign(ampere, power), -phase * 2 * math.pi / 3)
        for phase, (ampere, power) in enumerate(zip(amperes, power_w, strict=True))
    ]
    lines = [flows[0] - flows[2], flows[1] - flows[0], flows[2] - flows[1]]
    crossed = 45  # reactive power (var), which the two wattmeters measure with opposite signs
    first = power_w[0] + power_w[2] // 2 + crossed
    return Measurement(
        [first, 0, sum(power_w) - first],
        [round(volts[0] * 10), 0, round(volts[1] * 10)],
        [round(abs(line) * 1000) for line in lines],
    )


def total_only(at: int, power_w: Sequence[int]) -> Measurement:
    """Measure 3x230 V as a Landis+Gyr E360 does: the powers of all phases and all values of L2 are 0."""
    seen = two_wattmeters(at, power_w)
    return Measurement([0, 0, 0], seen.voltage_dv, [seen.current_ma[0], 0, seen.current_ma[2]])


def virtual_neutral(at: int, power_w: Sequence[int]) -> Measurement:
    """Measure 3x230 V as an Iskra IE.5 does: voltages of 128 to 145 V between a line and the midpoint of all lines."""
    seen = star(at, power_w)
    root = math.sqrt(3)
    return Measurement(
        power_w,
        [round(volt / root) for volt in seen.voltage_dv],
        [round(ampere * root) for ampere in seen.current_ma],
    )


type Grid = Callable[[int, Sequence[int]], Measurement]
