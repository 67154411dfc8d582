"""A device with the original firmware, which has two addresses to ask and no more."""

from simulator.clock import parse
from simulator.meter_history import MeterHistory, Peak
from simulator.original_device import OriginalDevice
from simulator.scripted_load import ScriptedLoad
from simulator.telegram_source import simulated_meter

from .conftest import Home

START = parse("2026-11-12T17:59:40")
HISTORY = MeterHistory(
    [11_000_000, 9_000_000], [7_000_000, 3_000_000], Peak(3800, parse("2026-11-04T17:45:00"))
)


async def test_two_addresses_are_enough_to_advise_on_the_quarter(home: Home) -> None:
    source = simulated_meter("sagemcom-t211-50217", START, load=ScriptedLoad(3000), history=HISTORY)
    with OriginalDevice(source, speed=0) as device:
        device.advance(320)  # 18:05:00
        await home.add(device.url, area="antwerpen", target_w=2500)
        await home.until(lambda: home.state("power_import") == "3000")

        # 300 s at 3 kW: 1 kW so far, and 3 kW at the end; the month has seen 3.8 kW, which is paid.
        assert float(home.state("average_demand") or 0) == 1.0
        assert float(home.state("projected_demand") or 0) == 3.0
        assert home.state("allowed_power") is None or float(home.state("allowed_power") or 0) == 4200
        assert float(home.state("headroom") or 0) == 1200
        assert float(home.state("peak_month") or 0) == 3.8
        assert home.state("peak_month_time") == "2026-11-04T16:45:00+00:00"
        assert home.state("peak_at_risk", "binary_sensor") == "off"
        assert home.state("peak_unavoidable", "binary_sensor") == "off"
        assert home.state("energy_import") is None
