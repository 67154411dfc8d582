"""What peaks cost by the capacity tariff of Flanders, in EUR with VAT.

Pure: knows nothing of Home Assistant. The rates are those of one year, in rates.json; the
board's own page has the same table. Source: Vlaamse Nutsregulator, tariff sheets per area.
"""

import json
from pathlib import Path
from typing import Any

from .capacity_tariff import FLOOR_W

_TABLE: dict[str, Any] = json.loads(Path(__file__).with_name("rates.json").read_text())
RATES_YEAR: int = _TABLE["year"]
RATES: dict[str, float] = _TABLE["eur_per_kw_year"]

MONTHS = 12


def month_cost(area: str | None, peak_w: int | None) -> float | None:
    """What a month of this peak costs, spread over twelve bills; None where peaks have no price."""
    if (rate := RATES.get(area or "")) is None:
        return None
    return round(max(FLOOR_W, peak_w or 0) / 1000 * rate / MONTHS, 2)


def year_cost(area: str | None, billable_average_w: int | None) -> float | None:
    """What a year of this billable average costs."""
    if (rate := RATES.get(area or "")) is None or billable_average_w is None:
        return None
    return round(billable_average_w / 1000 * rate, 2)


def extra_cost(area: str | None, peak_w: int | None, projected_w: int | None) -> float | None:
    """What the running quarter adds to the month's cost if it ends as projected: 0 below what is paid."""
    if (rate := RATES.get(area or "")) is None or projected_w is None:
        return None
    extra_w = max(0, projected_w - max(FLOOR_W, peak_w or 0))
    return round(extra_w / 1000 * rate / MONTHS, 2)
