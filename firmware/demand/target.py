"""Where a month's peak costs money, and the target that follows from it.

Source: Vlaamse Nutsregulator, capacity tariff since 2023-01-01 (2.5 kW is the least that counts per month); CWaPE
and Brugel have no tariff on measured peaks for homes.
"""

from micropython import const

FLOOR_W = const(2500)


def has_tariff(area):
    """Whether peaks cost money in this area; where none is chosen (None) they count as if they do."""
    return area not in ("no_capacity_tariff", "wallonia_impact")


def target_w(area, peak_w, own_w):
    """The quarter average in W that should not be passed; None where nothing sets one.

    peak_w is the running month's peak, own_w the user's own target; both None when there is none. What is paid
    already costs nothing more, so that a lower target of one's own does not count where peaks cost money.
    """
    if has_tariff(area):
        return max(FLOOR_W, peak_w or 0, own_w or 0)
    return own_w or None
