"""Telegrams of every meter that the simulator knows, with what they mean in the firmware's fields and units."""

import json
import re
from pathlib import Path

import simulator
from build_tool import bytecode
from simulator import clock
from simulator.dialect import Dialect
from simulator.dialects import DIALECTS
from simulator.meter import Meter
from simulator.telegram_source import simulated_meter

MESSAGE = "Hallo, België"


def write_telegrams(product: Path) -> None:
    """Write telegrams of every meter that the simulator knows, and what they mean: one meter a line of JSON."""
    if product.exists() and product.stat().st_mtime > max(
        file.stat().st_mtime for file in [Path(__file__), *Path(simulator.__file__).parent.glob("*.py")]
    ):
        return
    start = clock.parse("2026-11-12T18:29:57")
    lines = []
    for dialect in DIALECTS.values():
        source = simulated_meter(dialect.name, start, gas=3, water=1, message=MESSAGE)
        telegrams = []
        for seconds in (2, 1, 300, 0):  # also over the end of a quarter
            telegrams.append(source.telegram().decode())
            source.advance(seconds)
        meter = source.meter
        lines.append(
            {
                "name": dialect.name,
                "telegrams": telegrams,
                "fields": meant(dialect, meter),
                "mbus": {
                    device.channel: [device.type, device.id, device.volume_dm3, clock.iso(device.captured)]
                    for device in meter.devices
                },
            }
        )
    bytecode.write(product, "".join(json.dumps(line) + "\n" for line in lines).encode())


def meant(dialect: Dialect, meter: Meter) -> dict[str, object]:
    """The firmware's fields of a telegram of this dialect, from the meter itself."""
    net = sum(meter.phase_w)
    seen = dialect.grid(meter.moment, meter.phase_w)
    whole_amperes = "{current_l1:3.0}" in dialect.text
    fields: dict[str, tuple[str, object]] = {
        "clock": ("time", clock.iso(meter.moment)),
        "tariff": ("tariff", meter.tariff),
        "demand": ("demand_w", meter.demand_w),
        "peak": ("peak", [meter.peak.power_w, clock.iso(meter.peak.end or 0)]),
        "history": (
            "peaks",
            [
                [f"{clock.local(month.closing - 1):%Y-%m}", month.peak.power_w, clock.iso(month.peak.end)]
                for month in reversed(meter.closed)
                if month.peak.end is not None
            ],
        ),
        "power_import": ("power_import_w", max(net, 0)),
        "power_export": ("power_export_w", max(-net, 0)),
        "breaker": ("breaker", meter.breaker),
    }
    for number in (1, 2):
        fields[f"import_t{number}"] = (f"energy_import_t{number}_wh", meter.import_wh[number - 1])
        fields[f"export_t{number}"] = (f"energy_export_t{number}_wh", meter.export_wh[number - 1])
    for number, power in enumerate(seen.power_w, 1):
        current = seen.current_ma[number - 1]
        fields[f"import_l{number}"] = (f"power_import_l{number}_w", max(power, 0))
        fields[f"export_l{number}"] = (f"power_export_l{number}_w", max(-power, 0))
        fields[f"voltage_l{number}"] = (f"voltage_l{number}_dv", seen.voltage_dv[number - 1])
        step = 1000 if whole_amperes else 10
        fields[f"current_l{number}"] = (f"current_l{number}_ma", current // step * step)
    return {
        field: value for name, (field, value) in fields.items() if re.search(rf"{{{name}\b", dialect.text)
    }
