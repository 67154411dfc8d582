"""The limit of the grid connection, through the whole firmware."""

from simulator import clock
from simulator.odd_meters import ODD_METERS, OddMeter
from simulator.scripted_load import ScriptedLoad
from simulator.telegram_source import simulated_meter
from tests.device.api.device import running, wait_for

START = clock.parse("2026-11-12T18:29:50")


def test_limiter_bounds_what_may_be_used(sockets: None):
    source = OddMeter(simulated_meter(start=START, load=ScriptedLoad(500)), ODD_METERS["limiter"][1])
    with running(source) as device:
        quarter = wait_for(lambda: (found := device.get("/api/quarter").json())["id"] and found, "a quarter")
        assert (quarter["limit_w"], quarter["allowed_w"]) == (2300, 2300)
        assert quarter["headroom_w"] == 1800


def test_heavy_connection_is_known_by_its_peaks_and_believed(sockets: None):
    heavy = {
        **ODD_METERS["heavy"][1],
        rb"1-0:1\.4\.0\(.*?\)": b"1-0:1.4.0(27.000*kW)",
    }
    source = OddMeter(
        simulated_meter(start=clock.parse("2026-11-12T18:44:00"), load=ScriptedLoad(30000)), heavy
    )
    with running(source) as device:
        quarter = wait_for(lambda: (found := device.get("/api/quarter").json())["id"] and found, "a quarter")
        assert quarter["demand_source"] == "meter"
        assert (quarter["demand_w"], quarter["limit_w"]) == (27000, 38625)
        assert quarter["headroom_w"] > 0
