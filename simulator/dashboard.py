"""Dashboards for the Home Assistant of scripts/develop: the running quarter, and the Energy dashboard."""

PATH = "p1-monitor"


def _tile(entity: str, name: str) -> dict[str, str]:
    return {"type": "tile", "entity": entity, "name": name}


DASHBOARD = {
    "title": "P1 monitor",
    "views": [
        {
            "title": "P1 monitor",
            "type": "sections",
            "max_columns": 2,
            "sections": [
                {
                    "cards": [
                        {"type": "custom:p1-quarter-card", "title": "This quarter"},
                        _tile("sensor.p1_meter_headroom", "Headroom"),
                        _tile("binary_sensor.p1_meter_peak_at_risk", "Peak at risk"),
                        _tile("sensor.p1_meter_power", "Power now"),
                    ]
                },
                {
                    "cards": [
                        {"type": "heading", "heading": "This month", "icon": "mdi:chart-bar"},
                        _tile("sensor.p1_meter_peak_demand_current_month", "Peak"),
                        _tile("sensor.p1_meter_peak_demand_current_month_time", "Peak was"),
                        _tile("sensor.p1_meter_average_peak_demand_12_months", "Mean of 12 months"),
                        _tile("sensor.p1_meter_energy_import", "Energy import"),
                        _tile("sensor.gas_meter", "Gas"),
                        _tile("sensor.water_meter", "Water"),
                        {
                            "type": "history-graph",
                            "hours_to_show": 0.1,
                            "entities": [{"entity": "sensor.p1_meter_power", "name": "Power"}],
                        },
                    ]
                },
            ],
        }
    ],
}

ENERGY = {
    "energy_sources": [
        {
            "type": "grid",
            "stat_energy_from": "sensor.p1_meter_energy_import",
            "stat_energy_to": "sensor.p1_meter_energy_export",
            "stat_cost": None,
            "entity_energy_price": None,
            "number_energy_price": None,
            "stat_compensation": None,
            "entity_energy_price_export": None,
            "number_energy_price_export": None,
            "cost_adjustment_day": 0,
            "power_config": {"stat_rate": "sensor.p1_meter_power"},
        },
    ],
    "device_consumption": [],
}
