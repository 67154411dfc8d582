"""What peaks cost: the table of one year, and the rules around it."""

import json
from pathlib import Path

import pytest

from custom_components.p1_monitor.api.bounds import AREAS
from custom_components.p1_monitor.capacity_cost import RATES, RATES_YEAR, extra_cost, month_cost, year_cost
from custom_components.p1_monitor.capacity_tariff import AREAS_WITHOUT_TARIFF

ROOT = Path(__file__).parents[2]
OURS = ROOT / "custom_components/p1_monitor/rates.json"
# EUR/kW/year without VAT, tariff sheets 2026 of the Vlaamse Nutsregulator.
SHEETS = {
    "antwerpen": 49.4036563,
    "halle_vilvoorde": 56.0428955,
    "imewo": 54.2009816,
    "kempen": 56.2069857,
    "limburg": 49.0469384,
    "midden_vlaanderen": 50.1239818,
    "west": 57.0995726,
    "zenne_dijle": 56.1228635,
}


def test_every_area_with_a_peak_has_a_rate_with_vat() -> None:
    assert set(RATES) == set(AREAS) - set(AREAS_WITHOUT_TARIFF)
    assert RATES_YEAR == 2026
    assert {area: round(rate * 1.06, 4) for area, rate in SHEETS.items()} == RATES


def test_the_page_of_the_board_has_the_same_table() -> None:
    page = ROOT / "firmware/page/rates.json"
    if not page.exists():
        pytest.skip("the page has no table")
    other, ours = json.loads(page.read_text()), json.loads(OURS.read_text())
    assert {key: other[key] for key in ours} == ours


def test_one_kilowatt_more_in_one_month() -> None:
    more, floor = month_cost("antwerpen", 3500), month_cost("antwerpen", 2500)
    assert more is not None
    assert floor is not None
    assert more - floor == pytest.approx(4.36)
    assert extra_cost("antwerpen", 2500, 3500) == 4.36


def test_below_the_floor_a_month_costs_the_floor() -> None:
    assert month_cost("antwerpen", 100) == month_cost("antwerpen", None) == 10.91


def test_a_year() -> None:
    assert year_cost("antwerpen", 4280) == 224.13
    assert year_cost("antwerpen", None) is None


def test_a_quarter_below_what_is_paid_adds_nothing() -> None:
    assert extra_cost("antwerpen", 4000, 3900) == 0
    assert extra_cost("antwerpen", None, 2500) == 0
    assert extra_cost("antwerpen", 4000, None) is None


@pytest.mark.parametrize("area", [None, *AREAS_WITHOUT_TARIFF])
def test_where_peaks_have_no_price_there_are_no_euros(area: str | None) -> None:
    assert month_cost(area, 4000) is None
    assert year_cost(area, 4000) is None
    assert extra_cost(area, 2500, 4000) is None
