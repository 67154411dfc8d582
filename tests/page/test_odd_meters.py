"""Meters that few households have: the page says what is so, and its words agree."""

import re

from playwright.sync_api import expect

from simulator import clock
from simulator.meter_history import MeterHistory
from simulator.odd_meters import CLOCK_NOT_SET, ODD_METERS, OddMeter
from simulator.scripted_load import ScriptedLoad
from simulator.telegram_source import simulated_meter
from tests.page.conftest import Browse, at_home

START = clock.parse("2026-11-12T18:32:00")


def test_clock_that_was_never_set_is_said_and_the_power_is_live(browse: Browse):
    source = simulated_meter(start=START, load=ScriptedLoad(2345), history=MeterHistory())
    with at_home(OddMeter(source, CLOCK_NOT_SET), speed=10) as device:
        page = browse(device)
        expect(page.locator(".hero .figure")).to_contain_text("2.35")
        expect(page.locator(".hero .direction")).to_have_text("From the grid")
        expect(page.get_by_text("The meter's clock is not set")).to_be_visible()
        page.goto(f"{page.url.split('#')[0]}#meter")
        expect(page.get_by_text("2,345").first).to_be_visible()


def test_power_above_the_connection_is_no_quarter_on_course(browse: Browse):
    source = simulated_meter(start=START, load=ScriptedLoad(2600), history=MeterHistory())
    with at_home(OddMeter(source, ODD_METERS["limiter"][1]), speed=1) as device:
        page = browse(device)
        expect(page.locator(".advice")).to_have_text(re.compile("Switch off"))
        expect(page.locator(".badge")).to_have_text("Watch out")


def test_heat_is_shown_in_the_unit_that_its_meter_sends(browse: Browse):
    source = simulated_meter(start=START, gas=1, history=MeterHistory())
    with at_home(OddMeter(source, ODD_METERS["heat-kwh"][1])) as device:
        page = browse(device, "#meter")
        expect(page.get_by_text(re.compile(r"12,345\S*\skWh"))).to_be_visible()
        expect(page.get_by_text("12,345 m³")).to_have_count(0)
