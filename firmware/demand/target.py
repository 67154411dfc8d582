"""The target of a quarter, and the areas where a month's peak costs money.

Source: Vlaamse Nutsregulator, capacity tariff since 2023-01-01 (2.5 kW is the least that counts per month); CWaPE
and Brugel have no tariff on measured peaks for homes.
"""

from micropython import const

FLOOR_W = const(2500)


def has_tariff(area):
    """True if peaks cost money in this area; also if no area is chosen (None)."""
    return area not in ("no_capacity_tariff", "wallonia_impact")


def target_w(area, peak_w, own_w):
    """Return the quarter average in W that should not be exceeded, None if there is no target.

    peak_w is the running month's peak, own_w the user's target, each None if there is none. A quarter below the peak
    already reached this month adds no cost, so where peaks cost money a lower user's target is ignored.
    """
    if has_tariff(area):
        return max(FLOOR_W, peak_w or 0, own_w or 0)
    return own_w or None
