"""The target of a quarter, and the areas where a month's peak costs money.

Source: Vlaamse Nutsregulator, capacity tariff since 2023-01-01. A month's peak below 2.5 kW is billed as 2.5 kW.
The regulators of Wallonia (CWaPE) and Brussels (Brugel) have no tariff on measured peaks for homes.
"""

from micropython import const

FLOOR_W = const(2500)


def has_tariff(area):
    """True if peaks cost money in this network area, or if no area is chosen (None)."""
    return area not in ("no_capacity_tariff", "wallonia_impact")


def target_w(area, peak_w, own_w):
    """Return the target: the average in W that the quarter should not exceed. None if there is no target.

    `peak_w` is the running month's peak, and `own_w` is the own target. Each of the two may be None. A quarter below
    the month's peak adds no cost. Therefore a lower own target is ignored where peaks cost money.
    """
    if has_tariff(area):
        return max(FLOOR_W, peak_w or 0, own_w or 0)
    return own_w or None
