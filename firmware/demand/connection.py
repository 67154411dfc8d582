"""Limit of the house's grid connection, and the power above which the meter is not believed. Loaded on demand.

Three limits may be known: the limiter (0-0:17.0.0), the main fuse (1-0:31.4.0) and the setting `capacity.connection_w`.
The lowest known limit counts. If no limit is known, the limit is 25 kW or 1.25 times the highest peak of all months,
whichever is more.
"""

from demand.coach import CONNECTION_W, DOUBT_W
from demand.peaks import PEAK_W


def settle(device):
    """Set the coach's limit_w and doubt_w from the newest telegram, the settings and the peaks of the months."""
    fields = device.reader.parser.reading
    limits = fields["limiter_w"], fuse_w(fields), device.config["connection_w"]
    known = [limit for limit in limits if limit is not None]
    unknown_w = max([CONNECTION_W] + [peak[PEAK_W] * 5 // 4 for peak in device.peaks.months])
    limit_w = min(known) if known else unknown_w
    device.coach.limit_w = limit_w
    device.coach.doubt_w = max(DOUBT_W, 2 * limit_w)


def fuse_w(fields):
    """Return the power in W that the main fuse lets pass, None without a fuse in the telegram.

    The power is the current of the fuse times a voltage: 230 V on one phase, 3 * 230 V on three phases with neutral,
    sqrt(3) * 230 V on three phases without neutral.
    """
    current_ma = fields["fuse_ma"]
    if not current_ma:
        return None
    volts = [fields["voltage_l%d_dv" % phase] for phase in (1, 2, 3)]
    if volts[1] is None and volts[2] is None:
        return current_ma * 230 // 1000
    # The meter may send the voltage of the grid, `grid_v`. 230 means a grid of 3x230 V without neutral. On such a grid,
    # a meter measures 0 V on L2, or less than 180 V on all three phases. Therefore, without `grid_v`, less than 180 V
    # on L2 also means such a grid.
    if fields["grid_v"] == 230 or (fields["grid_v"] is None and (volts[1] or 0) < 1800):
        return current_ma * 39837 // 100000
    return current_ma * 690 // 1000
