"""The limit of the grid connection, through the whole firmware."""

from simulator import clock
from simulator.scripted_load import ScriptedLoad
from simulator.telegram_source import simulated_meter
from tests.device.api.device import running, wait_for
from tests.fixtures.altered_telegrams import Altered

START = clock.parse("2026-11-12T18:29:50")


def test_limiter_bounds_what_may_be_used(sockets: None):
    limiter = {rb"0-0:17\.0\.0\([^)]*\)": b"0-0:17.0.0(002.3*kW)"}
    source = Altered(simulated_meter(start=START, load=ScriptedLoad(500)), limiter)
    with running(source) as device:
        quarter = wait_for(lambda: (found := device.get("/api/quarter").json())["id"] and found, "a quarter")
        assert (quarter["limit_w"], quarter["allowed_w"]) == (2300, 2300)
        assert quarter["headroom_w"] == 1800


def test_heavy_connection_is_known_by_its_peaks_and_believed(sockets: None):
    heavy = {
        rb"1-0:1\.6\.0\(.*?\)\(.*?\)": b"1-0:1.6.0(261103184500W)(30.900*kW)",
        rb"1-0:1\.4\.0\(.*?\)": b"1-0:1.4.0(27.000*kW)",
    }
    source = Altered(
        simulated_meter(start=clock.parse("2026-11-12T18:44:00"), load=ScriptedLoad(30000)), heavy
    )
    with running(source) as device:
        quarter = wait_for(lambda: (found := device.get("/api/quarter").json())["id"] and found, "a quarter")
        assert quarter["demand_source"] == "meter"
        assert (quarter["demand_w"], quarter["limit_w"]) == (27000, 38625)
        assert quarter["headroom_w"] > 0
