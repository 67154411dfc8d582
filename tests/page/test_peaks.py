"""What peaks cost: by area, by month, and where they cost nothing."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import expect

from build_tool import bytecode
from simulator import clock
from simulator.meter_history import ClosedMonth, MeterHistory, Peak
from simulator.scripted_load import ScriptedLoad
from simulator.telegram_source import simulated_meter
from tests.device.api.device import Device
from tests.page.conftest import EVENING, Browse, at_home

RATES = json.loads((bytecode.FIRMWARE / "page/rates.json").read_text())
PEAKS_W = (
    2100,
    3000,
    4000,
    5000,
    2600,
    2800,
    3100,
    3300,
    2900,
    2700,
    3600,
    4400,
)  # October back to last November
RUNNING_W = 4120


def history(running_w: int = RUNNING_W) -> MeterHistory:
    """A meter with twelve closed months and a running one."""
    closed: list[ClosedMonth] = []
    closing = clock.month_start(EVENING)
    for power_w in PEAKS_W:
        closed.insert(0, ClosedMonth(closing, Peak(power_w, closing - 10 * clock.DAY_S)))
        closing = clock.previous_month(closing)
    return MeterHistory(peak=Peak(running_w, clock.parse("2026-11-02T17:45:00")), closed=closed)


@contextmanager
def household(card: Path, area: str | None, running_w: int = RUNNING_W) -> Iterator[Device]:
    (card / "config.json").write_text(json.dumps({"capacity": {"area": area}} if area else {}))
    source = simulated_meter(start=EVENING, load=ScriptedLoad(500), history=history(running_w))
    with at_home(source, card=card) as device:
        yield device


def test_thirteen_months_stand_with_floor_mean_and_cost(browse: Browse, tmp_path: Path):
    with household(tmp_path, "limburg") as device:
        average_w = device.get("/api/peaks").json()["billable_average_w"]
        page = browse(device, "#peaks")
        months = page.locator("ol.peaks li")
        expect(months).to_have_count(13)
        expect(months.first).to_contain_text(re.compile(r"Nov 26.*4\.12\skW", re.DOTALL))
        expect(months.first).to_contain_text("2 Nov, 17:30")
        expect(months.nth(1)).to_contain_text("2.10")
        expect(page.locator(".legend")).to_contain_text(re.compile(r"2\.50\skW: minimum billed"))
        expect(page.locator(".legend")).to_contain_text(f"{average_w / 1000:.2f}")

        rate = RATES["eur_per_kw_year"]["limburg"]
        cost = page.locator("section", has=page.get_by_role("heading", name="What it costs"))
        expect(cost.locator(".figure")).to_contain_text(f"€{average_w / 1000 * rate:.2f} a year")
        expect(cost).to_contain_text(f"costs €{rate / 120:.2f}")


def test_another_100_w_below_the_floor_costs_nothing(browse: Browse, tmp_path: Path):
    with household(tmp_path, "limburg", running_w=1900) as device:
        expect(browse(device, "#peaks").locator("main")).to_contain_text(
            "costs nothing because 2.5 kW is billed anyway"
        )


def test_without_an_area_there_are_no_euros_and_a_way_to_choose(browse: Browse, tmp_path: Path):
    with household(tmp_path, None) as device:
        page = browse(device, "#peaks")
        expect(page.locator("ol.peaks li")).to_have_count(13)
        cost = page.locator("section", has=page.get_by_role("heading", name="What it costs"))
        expect(cost).not_to_contain_text("€")
        cost.get_by_role("link", name="Choose").click()
        expect(page.get_by_label("Network area")).to_be_in_viewport()


@pytest.mark.parametrize("area", ["no_capacity_tariff", "wallonia_impact"])
def test_where_peaks_cost_nothing_no_euro_is_shown(browse: Browse, tmp_path: Path, area: str):
    with household(tmp_path, area) as device:
        page = browse(device, "#peaks")
        expect(page.locator("ol.peaks li").first).to_be_visible()
        expect(page.locator("main")).not_to_contain_text("€")
        expect(page.locator("main")).not_to_contain_text("Tariffs of")


def test_wallonia_has_the_colours_of_the_day(browse: Browse, tmp_path: Path):
    with household(tmp_path, "wallonia_impact") as device:
        page = browse(device, "#peaks")
        expect(page.locator(".figure.impact")).to_have_text("Peak")  # at 18:33
        expect(page.locator("main")).to_contain_text("until 22:00")
        expect(page.locator(".hours li")).to_have_count(6)
        page.get_by_role("link", name="Now").click()
        expect(page.locator(".figure.impact")).to_have_text("Peak")


def test_table_can_be_changed_and_taken_back(browse: Browse, tmp_path: Path):
    with household(tmp_path, "west") as device:
        page = browse(device, "#peaks")
        figure = page.locator("section .figure").first
        expect(figure).to_contain_text("a year")
        before = figure.inner_text()
        page.locator("summary", has_text="View and change").click()
        page.get_by_label(re.compile("^West,")).fill("100")
        page.get_by_label(re.compile("^West,")).press("Tab")
        average_w = device.get("/api/peaks").json()["billable_average_w"]
        expect(figure).to_contain_text(f"€{average_w / 10:.2f}")
        page.reload()
        expect(figure).to_contain_text(f"€{average_w / 10:.2f}")
        page.locator("summary", has_text="View and change").click()
        page.get_by_role("button", name="Back to the published table").click()
        expect(figure).to_have_text(before)


def test_table_of_a_year_before_says_so(browse: Browse, tmp_path: Path):
    (tmp_path / "config.json").write_text('{"capacity": {"area": "imewo"}}')
    with at_home(simulated_meter(start=clock.parse("2027-01-05T12:00:00")), card=tmp_path) as device:
        expect(browse(device, "#peaks").locator("main")).to_contain_text("This table is from 2026")


def test_published_table_is_whole():
    assert RATES["vat_included"] is True
    assert RATES["year"] == 2026
    assert len(RATES["eur_per_kw_year"]) == 8
    assert RATES["eur_per_kw_year"]["antwerpen"] == 52.3679
