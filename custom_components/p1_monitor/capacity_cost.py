"""The cost of peaks by the capacity tariff of Flanders, in EUR including VAT.

The module does not depend on Home Assistant. rates.json has the rates of one year. The device's web page shows costs by
these rates too. Source: Vlaamse Nutsregulator, tariff sheets per area.
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
    """Return the cost in EUR of a month with this peak. None if the network area has no rate.

    A rate is the price of one kW for a year. In a month, one kW costs a twelfth of the rate. With a peak of 4 kW and a
    rate of 48 EUR per kW and year, the month costs 4 * 48 / 12 = 16 EUR. A peak below FLOOR_W counts as FLOOR_W.
    """
    if (rate := RATES.get(area or "")) is None:
        return None
    return round(max(FLOOR_W, peak_w or 0) / 1000 * rate / MONTHS, 2)


def year_cost(area: str | None, billable_average_w: int | None) -> float | None:
    """Return the yearly cost in EUR of a billable average. None if the average or the rate is not known."""
    if (rate := RATES.get(area or "")) is None or billable_average_w is None:
        return None
    return round(billable_average_w / 1000 * rate, 2)


def extra_cost(area: str | None, peak_w: int | None, projected_w: int | None) -> float | None:
    """Return the cost in EUR that the running quarter adds to the month if the quarter ends as projected.

    The month's peak is billed anyway, and a peak below FLOOR_W is billed as FLOOR_W. Therefore the cost is 0 if the
    projection is below the month's peak or FLOOR_W. None if the projection or the rate is not known.
    """
    if (rate := RATES.get(area or "")) is None or projected_w is None:
        return None
    extra_w = max(0, projected_w - max(FLOOR_W, peak_w or 0))
    return round(extra_w / 1000 * rate / MONTHS, 2)
