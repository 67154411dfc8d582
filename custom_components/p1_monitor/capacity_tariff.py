"""The capacity tariff: its network areas, the smallest billed peak, and the target that follows from it.

Independent of Home Assistant. Powers in W.
Source: Fluvius, capacity tariff.
"""

# A lower peak is billed as this one.
FLOOR_W = 2500
# The largest household connection: the upper bound of the allowed power if the household's own limit is not known.
CONNECTION_W = 25_000

# Network areas by their names on the device, and those in which peaks are not billed.
AREAS = (
    "antwerpen",
    "halle_vilvoorde",
    "imewo",
    "kempen",
    "limburg",
    "midden_vlaanderen",
    "west",
    "zenne_dijle",
    "no_capacity_tariff",
    "wallonia_impact",
)
AREAS_WITHOUT_TARIFF = ("no_capacity_tariff", "wallonia_impact")


def has_tariff(area: str | None) -> bool:
    """True if peaks are billed in this area. Also true for None, when no area has been chosen."""
    return area not in AREAS_WITHOUT_TARIFF


def target_w(area: str | None, month_peak_w: int | None, own_w: int | None) -> int | None:
    """Return the quarter average that should not be exceeded.

    Where peaks are billed it is at least FLOOR_W and this month's peak, because a lower quarter adds no cost. Elsewhere
    it is the household's own target, or None without one.
    """
    if not has_tariff(area):
        return own_w
    return max(FLOOR_W, month_peak_w or 0, own_w or 0)
