"""The capacity tariff: its network areas, the least peak that it bills, and the target that follows from it.

Pure: knows nothing of Home Assistant. Powers in W.
Source: Fluvius, capacity tariff.
"""

# Peaks below this are billed as this.
FLOOR_W = 2500
# The largest household connection; where the real one is unknown it bounds the advice.
CONNECTION_W = 25_000

# Network areas as the device names them, and those without a peak to be billed.
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
    """True if peaks cost money in this area, and where none is chosen (None)."""
    return area not in AREAS_WITHOUT_TARIFF


def target_w(area: str | None, month_peak_w: int | None, own_w: int | None) -> int | None:
    """The quarter average not to exceed; None where nothing is billed and none is set.

    A peak below what this month costs anyway costs nothing.
    """
    if not has_tariff(area):
        return own_w
    return max(FLOOR_W, month_peak_w or 0, own_w or 0)
