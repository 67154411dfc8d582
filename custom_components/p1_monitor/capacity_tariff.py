"""The capacity tariff: its network areas, the smallest billed peak, and the target of a quarter.

The module does not depend on Home Assistant. Powers are in W. What peaks cost is in capacity_cost.py.
Source: Fluvius, capacity tariff.
"""

# A month's peak below 2.5 kW is billed as 2.5 kW.
FLOOR_W = 2500
# Power, in W, of the largest household connection. This power is used as the limit of a grid connection whose own limit
# is not known.
CONNECTION_W = 25_000
# The largest target, in W, that a device accepts. Firmware 0.1.0 accepts at most CONNECTION_W.
MAX_TARGET_W = 100_000
# A power up to this value, in W, is always believed. A higher power is believed only up to twice the limit of the grid
# connection.
DOUBTED_W = 100_000

# The network areas in which peaks are not billed.
AREAS_WITHOUT_TARIFF = ("no_capacity_tariff", "wallonia_impact")


def has_tariff(area: str | None) -> bool:
    """True if peaks are billed in the network area, or if no area has been chosen (None)."""
    return area not in AREAS_WITHOUT_TARIFF


def target_w(area: str | None, month_peak_w: int | None, own_w: int | None) -> int | None:
    """Return the target: the average in W that no quarter should exceed.

    `own_w` is the target that the owner has set, None if the owner has set no target. Where peaks are billed, the
    target is the highest of FLOOR_W, the month's peak and `own_w`, because a quarter below FLOOR_W or below the month's
    peak adds no cost. In other areas the target is `own_w`.
    """
    if not has_tariff(area):
        return own_w
    return max(FLOOR_W, month_peak_w or 0, own_w or 0)


def unknown_limit_w(month_peak_w: int | None) -> int:
    """Return the limit in W that is assumed for a grid connection whose limit is not known.

    The limit is not known if neither a limiter, a fuse nor a setting gives it. The assumed limit is always higher than
    the month's peak.
    """
    return max(CONNECTION_W, (month_peak_w or 0) * 5 // 4)
