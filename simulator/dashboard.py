"""What the Home Assistant of scripts/develop shows: a dashboard of the quarter, and the Energy dashboard."""

PATH = "p1-monitor"

DASHBOARD = {
    "title": "P1 monitor",
    "views": [
        {
            "title": "This quarter",
            "type": "sections",
            "max_columns": 3,
            "sections": [
                {
                    "cards": [
                        {"type": "heading", "heading": "Running quarter", "icon": "mdi:timer-sand"},
                        {
                            "type": "gauge",
                            "entity": "sensor.p1_meter_projected_demand",
                            "name": "Ends at",
                            "min": 0,
                            "max": 6,
                            "needle": True,
                            "severity": {"green": 0, "yellow": 2.5, "red": 4},
                        },
                        {"type": "tile", "entity": "sensor.p1_meter_headroom"},
                        {"type": "tile", "entity": "sensor.p1_meter_average_demand"},
                        {"type": "tile", "entity": "binary_sensor.p1_meter_peak_at_risk"},
                    ]
                },
                {
                    "cards": [
                        {"type": "heading", "heading": "Month", "icon": "mdi:chart-bar"},
                        {"type": "tile", "entity": "sensor.p1_meter_peak_demand_current_month"},
                        {"type": "tile", "entity": "sensor.p1_meter_peak_demand_current_month_time"},
                        {"type": "tile", "entity": "sensor.p1_meter_average_peak_demand_12_months"},
                        {"type": "tile", "entity": "sensor.gas_meter"},
                        {"type": "tile", "entity": "sensor.water_meter"},
                    ]
                },
                {
                    "cards": [
                        {"type": "heading", "heading": "Power", "icon": "mdi:flash"},
                        {
                            "type": "history-graph",
                            "hours_to_show": 1,
                            "entities": ["sensor.p1_meter_power", "sensor.p1_meter_projected_demand"],
                        },
                        {"type": "tile", "entity": "sensor.p1_meter_energy_import"},
                        {"type": "tile", "entity": "sensor.p1_meter_energy_export"},
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
