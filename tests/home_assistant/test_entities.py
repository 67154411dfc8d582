"""Which entities there are, what they say, and when they come into being."""

from functools import partial
from typing import Any

import pytest
from homeassistant.const import STATE_UNKNOWN
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er

from custom_components.p1_monitor import coordinator as module

from .conftest import SetUp, state, until, value
from .device import DEVICE_ID, P1Monitor

GAS, WATER = "7FLO2119033733_gas", "8SET0000961173_water"

# key: state, unit, device class, state class, enabled, category ("dg" is diagnostic)
SENSORS: dict[str, tuple[str, str | None, str | None, str | None, bool, str | None]] = {
    "energy_import": ("572.12", "kWh", "energy", "total_increasing", True, None),
    "energy_import_t1": ("301.548", "kWh", "energy", "total_increasing", True, None),
    "energy_import_t2": ("270.572", "kWh", "energy", "total_increasing", True, None),
    "energy_export": ("1.456", "kWh", "energy", "total_increasing", True, None),
    "energy_export_t1": ("1.456", "kWh", "energy", "total_increasing", True, None),
    "power": ("3180", "W", "power", "measurement", True, None),
    "power_import": ("3180", "W", "power", "measurement", False, None),
    "power_export": ("0", "W", "power", "measurement", False, None),
    "power_l1": ("1180", "W", "power", "measurement", True, None),
    "power_l2": ("2300", "W", "power", "measurement", True, None),
    "power_l3": ("-300", "W", "power", "measurement", True, None),
    "voltage_l1": ("234.7", "V", "voltage", "measurement", False, None),
    "voltage_l2": ("235.1", "V", "voltage", "measurement", False, None),
    "voltage_l3": ("233.9", "V", "voltage", "measurement", False, None),
    "current_l1": ("5.02", "A", "current", "measurement", False, None),
    "current_l2": ("9.81", "A", "current", "measurement", False, None),
    "current_l3": ("1.28", "A", "current", "measurement", False, None),
    "tariff": ("day", None, "enum", None, True, None),
    "average_demand": ("0.62", "kW", "power", "measurement", True, None),
    "projected_demand": ("3.181", "kW", "power", "measurement", True, None),
    "allowed_power": ("3215", "W", "power", "measurement", False, None),
    "headroom": ("35", "W", "power", "measurement", True, None),
    "last_quarter_demand": ("2.21", "kW", "power", "measurement", True, None),
    "quarter_end": ("2026-11-12T17:45:00+00:00", None, "timestamp", None, False, None),
    "peak_month": ("3.21", "kW", "power", "measurement", True, None),
    "peak_month_time": ("2026-11-08T17:45:00+00:00", None, "timestamp", None, True, None),
    "peak_today": ("3.005", "kW", "power", "measurement", False, None),
    "peak_previous_month": ("2.981", "kW", "power", None, True, None),
    "peak_average_12m": ("3.473", "kW", "power", "measurement", True, None),
    "peak_target_active": ("3.21", "kW", "power", None, False, None),
    "capacity_cost_month": ("14.01", "EUR", "monetary", "total", True, None),
    "capacity_cost_year": ("181.87", "EUR", "monetary", None, True, None),
    "capacity_cost_quarter": ("0.0", "EUR", "monetary", None, True, None),
    "breaker_state": ("connected", None, "enum", None, True, "diagnostic"),
    "dsmr_version": ("50217", None, None, None, True, "diagnostic"),
    "meter_model": ("FLU5\\253769484_A", None, None, None, True, "diagnostic"),
    "meter_serial": ("1SAG3100776593", None, None, None, False, "diagnostic"),
    "last_telegram": ("2026-11-12T17:32:55+00:00", None, "timestamp", None, False, "diagnostic"),
    "crc_errors": ("2", None, None, "total_increasing", False, "diagnostic"),
    "wifi_rssi": ("-61", "dBm", "signal_strength", "measurement", False, "diagnostic"),
    "wifi_ssid": ("home", None, None, None, False, "diagnostic"),
    "sd_used": ("12", "%", None, "measurement", False, "diagnostic"),
    "free_heap": ("41000", "B", "data_size", "measurement", False, "diagnostic"),
    "heap_areas": ("2", None, None, "measurement", False, "diagnostic"),
    "system_memory_free": ("42872", "B", "data_size", "measurement", False, "diagnostic"),
    "system_memory_largest": ("26624", "B", "data_size", "measurement", False, "diagnostic"),
    "system_memory_lowest": ("24872", "B", "data_size", "measurement", False, "diagnostic"),
    GAS: ("112.384", "m³", "gas", "total_increasing", True, None),
    f"{GAS}_time": ("2026-11-12T17:30:01+00:00", None, "timestamp", None, False, "diagnostic"),
    f"{GAS}_flow": (STATE_UNKNOWN, "m³/h", "volume_flow_rate", "measurement", False, None),
    f"{GAS}_valve": ("connected", None, "enum", None, False, "diagnostic"),
    WATER: ("872.234", "m³", "water", "total_increasing", True, None),
    f"{WATER}_time": ("2026-11-12T17:30:05+00:00", None, "timestamp", None, False, "diagnostic"),
    f"{WATER}_flow": (STATE_UNKNOWN, "L/min", "volume_flow_rate", "measurement", False, None),
}
BINARY_SENSORS = {
    "peak_at_risk": ("off", "problem", True, None),
    "peak_unavoidable": ("off", "problem", True, None),
    "p1_connected": ("on", "connectivity", True, "diagnostic"),
    "sd_problem": ("off", "problem", True, "diagnostic"),
    "clock_problem": ("off", "problem", True, "diagnostic"),
}


@pytest.fixture(autouse=True)
def kept(monitor: P1Monitor) -> None:
    """The card holds two quarters of today."""
    monitor.stored = [
        {"start": "2026-11-12T06:00:00+01:00", "import_w": 3005},
        {"start": "2026-11-12T18:15:00+01:00", "import_w": 2210},
    ]


def registered(hass: HomeAssistant, entry_id: str) -> dict[str, er.RegistryEntry]:
    entries = er.async_entries_for_config_entry(er.async_get(hass), entry_id)
    return {entry.unique_id.removeprefix(f"{DEVICE_ID}_"): entry for entry in entries}


@pytest.mark.parametrize("firmware", ["0.1.0", "newer"])
async def test_the_table(
    hass: HomeAssistant, monitor: P1Monitor, set_up: SetUp, all_enabled: None, firmware: str
) -> None:
    if firmware == "0.1.0":
        monitor.be_of_0_1_0()
    await set_up(monitor)
    seen = {}
    for key in SENSORS:
        found = state(hass, key)
        assert found, key
        attributes = found.attributes
        seen[key] = (
            found.state,
            attributes.get("unit_of_measurement"),
            attributes.get("device_class"),
            attributes.get("state_class"),
        )
    assert seen == {key: row[:4] for key, row in SENSORS.items()}
    for key, (expected, device_class, _, _) in BINARY_SENSORS.items():
        found = state(hass, key, "binary_sensor")
        assert found
        assert (found.state, found.attributes["device_class"]) == (expected, device_class)
    assert value(hass, "uptime") not in (None, STATE_UNKNOWN)


async def test_which_start_enabled_and_which_are_diagnostic(
    hass: HomeAssistant, monitor: P1Monitor, set_up: SetUp
) -> None:
    entry = await set_up(monitor)
    entities = registered(hass, entry.entry_id)
    expected = {key: row[4:] for key, row in SENSORS.items()}
    expected |= {key: row[2:] for key, row in BINARY_SENSORS.items()}
    expected["uptime"] = (False, "diagnostic")
    expected["firmware"] = (True, "config")
    expected["identify"] = (True, "diagnostic")
    expected["peak"] = (True, None)
    expected["meter"] = (False, "diagnostic")
    assert {
        key: (not entity.disabled, entity.entity_category) for key, entity in entities.items()
    } == expected


async def test_names_make_entity_ids(hass: HomeAssistant, monitor: P1Monitor, set_up: SetUp) -> None:
    await set_up(monitor)
    for entity_id in (
        "sensor.p1_meter_power",
        "sensor.p1_meter_power_phase_1",
        "sensor.p1_meter_energy_import_tariff_2",
        "sensor.p1_meter_headroom",
        "sensor.gas_meter",
        "binary_sensor.p1_meter_peak_at_risk",
    ):
        assert hass.states.get(entity_id), entity_id


async def test_attributes(hass: HomeAssistant, monitor: P1Monitor, set_up: SetUp) -> None:
    await set_up(monitor)
    average = state(hass, "average_demand")
    assert average
    assert average.attributes["source"] == "meter"
    months = state(hass, "peak_average_12m")
    assert months
    assert months.attributes["months"] == [
        {"month": "2026-10", "kW": 2.981, "time": "2026-10-23T13:45:00+02:00"},
        {"month": "2026-09", "kW": 4.229, "time": "2026-09-02T12:15:00+02:00"},
    ]


async def test_before_the_first_telegram_only_the_board_shows(
    hass: HomeAssistant, monitor: P1Monitor, set_up: SetUp, all_enabled: None
) -> None:
    telegram = {name: getattr(monitor, name) for name in ("device", "reading", "quarter", "peaks")}
    monitor.device = dict(monitor.device)
    monitor.before_first_telegram()
    entry = await set_up(monitor)
    assert set(registered(hass, entry.entry_id)) == {
        "p1_connected", "sd_problem", "crc_errors", "wifi_rssi", "uptime", "free_heap",
        "heap_areas", "system_memory_free", "system_memory_largest", "system_memory_lowest",
        "firmware",
        "clock_problem",
        "identify",
        "sd_used",
        "wifi_ssid",
    }  # fmt: skip
    assert value(hass, "p1_connected", "binary_sensor") == "off"

    telegram["status"] = {**telegram.pop("device"), "p1": {"age_ms": 100, "crc_errors": 2}}
    monitor.push(**telegram)
    await until(lambda: state(hass, GAS) and value(hass, "peak_at_risk", "binary_sensor") == "off")
    await until(lambda: value(hass, "peak_today") == "3.005")
    assert set(registered(hass, entry.entry_id)) == {
        *SENSORS, *BINARY_SENSORS, "uptime", "firmware", "identify", "peak", "meter"
    }  # fmt: skip
    assert value(hass, "p1_connected", "binary_sensor") == "on"


@pytest.mark.parametrize(
    ("change", "key", "expected"),
    [
        ({"energy_export_kwh": 0.001}, "energy_export", "0.001"),
        ({"energy_export_t2_kwh": 3.5}, "energy_export_t2", "3.5"),
        ({"energy_import_t3_kwh": 12.5}, "energy_import_t3", "12.5"),
        ({"power_import_l1_w": 80}, "power_l1", "80"),
        ({"limiter_w": 9200}, "limiter_power", "9.2"),
        ({"fuse_a": 40.0}, "fuse_current", "40.0"),
        ({"message": "x" * 300}, "text_message", "x" * 255),
        ({"tariff": 2}, "tariff", "night"),
        ({"breaker": 0}, "breaker_state", "disconnected"),
    ],
)
async def test_what_a_meter_shows_later_comes_later(
    hass: HomeAssistant,
    monitor: P1Monitor,
    set_up: SetUp,
    all_enabled: None,
    change: dict[str, Any],
    key: str,
    expected: str,
) -> None:
    monitor.reading |= dict.fromkeys(change) | {"energy_export_kwh": 0.0}
    await set_up(monitor)
    assert state(hass, key) is None
    monitor.push(reading=change)
    await until(lambda: value(hass, key) == expected)


async def test_a_single_phase_meter_has_no_phases_by_default(
    hass: HomeAssistant, monitor: P1Monitor, set_up: SetUp
) -> None:
    monitor.reading |= {
        f"{what}_l{phase}_{unit}": None
        for phase in (2, 3)
        for what, unit in (("power_import", "w"), ("power_export", "w"), ("voltage", "v"), ("current", "a"))
    }
    entry = await set_up(monitor)
    entities = registered(hass, entry.entry_id)
    assert entities["power_l1"].disabled
    assert not {"power_l2", "power_l3", "voltage_l2", "current_l3"} & set(entities)


async def test_no_limit_is_no_entity(
    hass: HomeAssistant, monitor: P1Monitor, set_up: SetUp, all_enabled: None
) -> None:
    monitor.reading |= {"limiter_w": None, "fuse_a": None}
    await set_up(monitor)
    assert state(hass, "limiter_power") is None
    assert state(hass, "fuse_current") is None


async def test_what_falls_away_is_unknown(hass: HomeAssistant, monitor: P1Monitor, set_up: SetUp) -> None:
    await set_up(monitor)
    monitor.push(
        reading={"energy_import_kwh": None, "tariff": 3, "breaker": None, "mbus": []},
        peaks={"running": None},
        quarter={"headroom_w": None},
    )
    await until(lambda: value(hass, "energy_import") == STATE_UNKNOWN)
    for key in ("tariff", "breaker_state", GAS, "peak_month", "peak_month_time", "headroom"):
        assert value(hass, key) == STATE_UNKNOWN, key


def has_come(coordinator: module.P1MonitorCoordinator, kwh: float) -> bool:
    return coordinator.data.reading.energy_import_kwh == kwh


async def test_a_register_never_goes_back_on_one_telegram(
    hass: HomeAssistant, monitor: P1Monitor, set_up: SetUp
) -> None:
    entry = await set_up(monitor, every_second=True)
    for second, kwh in ((56, 0.0), (57, 0.0), (58, 572.121)):
        monitor.push(reading={"time": f"2026-11-12T18:32:{second}+01:00", "energy_import_kwh": kwh})
        await until(partial(has_come, entry.runtime_data, kwh))
        assert value(hass, "energy_import") == ("572.121" if kwh else "572.12")


@pytest.mark.parametrize(
    ("limit_w", "used_kwh", "believed"),
    [
        (None, 100, True),  # firmware 0.1.0
        (None, 101, False),
        (9_200, 100, True),
        (25_000, 101, False),
        (60_000, 120, True),
        (60_000, 121, False),
    ],
)
async def test_a_register_is_doubted_beyond_100_kw_or_twice_the_limit(
    hass: HomeAssistant,
    monitor: P1Monitor,
    set_up: SetUp,
    limit_w: int | None,
    used_kwh: int,
    believed: bool,
) -> None:
    monitor.quarter["limit_w"] = limit_w
    entry = await set_up(monitor, every_second=True)
    monitor.push(reading={"time": "2026-11-12T19:32:55+01:00", "energy_import_kwh": 572.12 + used_kwh})
    await until(partial(has_come, entry.runtime_data, 572.12 + used_kwh))
    assert value(hass, "energy_import") == (str(572.12 + used_kwh) if believed else "572.12")


@pytest.mark.parametrize("card", ["absent", "failed"])
async def test_a_board_without_a_good_card_is_a_problem(
    hass: HomeAssistant, monitor: P1Monitor, set_up: SetUp, card: str
) -> None:
    await set_up(monitor)
    monitor.push(status={"card": {"state": card}})
    await until(lambda: value(hass, "sd_problem", "binary_sensor") == "on")


async def test_the_previous_month_is_not_just_the_newest_closed_one(
    hass: HomeAssistant, monitor: P1Monitor, set_up: SetUp
) -> None:
    await set_up(monitor)
    assert value(hass, "peak_previous_month") == "2.981"
    monitor.push(quarter={"start": "2026-12-01T00:00:00+01:00"})
    await until(lambda: value(hass, "peak_previous_month") == STATE_UNKNOWN)
    december = {"month": "2026-12", "power_w": 2600, "end": None}
    monitor.push(peaks={"months": [december]}, quarter={"start": "2027-01-01T00:00:00+01:00"})
    await until(lambda: value(hass, "peak_previous_month") == "2.6")


async def test_no_wifi_is_no_rssi(
    hass: HomeAssistant, monitor: P1Monitor, set_up: SetUp, all_enabled: None
) -> None:
    monitor.device |= {"wifi": None, "uptime_s": None}
    await set_up(monitor)
    assert state(hass, "wifi_rssi") is None
    assert state(hass, "uptime") is None


async def test_memory_that_a_device_does_not_report_is_no_entity(
    hass: HomeAssistant, monitor: P1Monitor, set_up: SetUp, all_enabled: None
) -> None:
    monitor.device["heap"]["areas"] = monitor.device["system_memory"] = None
    entry = await set_up(monitor)

    found = registered(hass, entry.entry_id)
    assert "free_heap" in found
    assert not [key for key in found if key.startswith(("heap_areas", "system_memory"))]


async def test_no_area_is_no_price(hass: HomeAssistant, monitor: P1Monitor, set_up: SetUp) -> None:
    monitor.device["capacity"] |= {"area": None}
    await set_up(monitor)
    assert state(hass, "capacity_cost_month") is None
    monitor.push(status={"capacity": {**monitor.device["capacity"], "area": "west"}})
    await until(lambda: value(hass, "capacity_cost_month") == "16.19")


async def test_the_cost_of_a_month_begins_anew_with_it(
    hass: HomeAssistant, monitor: P1Monitor, set_up: SetUp
) -> None:
    await set_up(monitor)
    cost = state(hass, "capacity_cost_month")
    assert cost
    assert cost.attributes["last_reset"] == "2026-11-01T00:00:00+01:00"
    assert (cost.attributes["rates_of"], cost.attributes["outdated"]) == (2026, False)
    monitor.push(quarter={"start": "2027-01-01T00:00:00+01:00"})

    def resets() -> Any:
        found = state(hass, "capacity_cost_month")
        return found and found.attributes["last_reset"]

    await until(lambda: resets() == "2027-01-01T00:00:00+01:00")
    cost = state(hass, "capacity_cost_month")
    assert cost
    assert cost.attributes["outdated"]


async def test_a_card_that_cannot_be_asked_costs_only_its_quarters(
    hass: HomeAssistant, monitor: P1Monitor, set_up: SetUp
) -> None:
    monitor.bodies["/api/history"] = 503
    await set_up(monitor)
    assert value(hass, "last_quarter_demand") == STATE_UNKNOWN
    assert value(hass, "power") == "3180"
