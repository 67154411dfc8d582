"""Models of the responses and live events of our firmware, as immutable dataclasses.

Powers are in W, and import and export are each >= 0. Energies are in kWh, and volumes in m3. Times have the meter's
UTC offset. A value is None if the meter or the firmware does not send it.

Contract: docs/openapi.yaml.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Self

from .json_fields import (
    Json,
    boolean,
    integer,
    json_object,
    json_objects,
    number,
    text,
    timestamp,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """The device's clock, which follows the meter's clock.

    source: "meter", or None as long as the device has received no time from the meter. is_set: False if the meter's
    clock was never set. None before the first telegram, and with firmware 0.1.0.
    """

    source: str | None
    time: datetime | None
    is_set: bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Capacity:
    """The capacity tariff's settings, which the device stores."""

    area: str | None = None
    target_w: int | None = None
    counted_from: str | None = None
    warning_percent: int | None = None

    @classmethod
    def from_json(cls, data: Json) -> Self:
        """Return the settings in `data`, which is the field "capacity" of GET /api/device or GET /api/config."""
        return cls(
            area=text(data, "area"),
            target_w=integer(data, "target_w"),
            counted_from=text(data, "counted_from"),
            warning_percent=integer(data, "warning_percent"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The settings that the integration uses (GET /api/config). brightness: percentage for the status light."""

    capacity: Capacity
    brightness: int | None
    has_password: bool

    @classmethod
    def from_json(cls, data: Json) -> Self:
        """Return the settings of GET /api/config, which contain no secrets."""
        return cls(
            capacity=Capacity.from_json(json_object(data, "capacity")),
            brightness=integer(json_object(data, "light"), "brightness"),
            has_password=boolean(json_object(data, "access"), "has_password"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """A token that the device issued.

    value: the secret that each request contains. id: not secret. A request to delete the token contains the id.
    """

    id: str
    value: str

    @classmethod
    def from_json(cls, data: Json) -> Self | None:
        """Return the token in a JSON object, or None if the object contains no token."""
        token_id, value = text(data, "id"), text(data, "token")
        return cls(id=token_id, value=value) if token_id and value else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """The state, the size and the free space of the SD card. state: "ok", "absent" or "failed".

    format: what is on a card that the device cannot read, such as "exFAT" or "blank". None with
    firmware 0.1.0, which does not send the format.
    """

    state: str | None
    size_bytes: int | None
    free_bytes: int | None
    error: str | None
    format: str | None
    waiting_quarters: int | None
    lost_quarters: int | None
    nearly_full: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class P1Health:
    """Counters of the P1 connection. age_ms: time since the newest telegram."""

    telegrams: int | None
    crc_errors: int | None
    overruns: int | None
    age_ms: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Update:
    """The state of a firmware update. board: the kind of board that a firmware package must be made for."""

    state: str | None
    percent: int | None
    error: str | None
    board: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """The device's board, firmware and health (GET /api/device)."""

    id: str
    name: str | None
    board: str | None
    firmware: str | None
    micropython: str | None
    uptime_s: int | None
    reset_cause: str | None
    clock: Clock
    capacity: Capacity
    wifi_ssid: str | None
    wifi_rssi_dbm: int | None
    heap_used_bytes: int | None
    heap_free_bytes: int | None
    card: Card
    p1: P1Health
    update: Update

    @classmethod
    def from_json(cls, data: Json) -> Self | None:
        """Return the device of GET /api/device. None if the id is missing, because our firmware always sends an id."""
        if (device_id := text(data, "id")) is None:
            return None
        clock = json_object(data, "clock")
        wifi = json_object(data, "wifi")
        heap = json_object(data, "heap")
        card = json_object(data, "card")
        p1 = json_object(data, "p1")
        update = json_object(data, "update")
        return cls(
            id=device_id.lower(),
            name=text(data, "name"),
            board=text(data, "board"),
            firmware=text(data, "firmware"),
            micropython=text(data, "micropython"),
            uptime_s=integer(data, "uptime_s"),
            reset_cause=text(data, "reset_cause"),
            clock=Clock(
                source=text(clock, "source"),
                time=timestamp(clock, "time"),
                is_set=boolean(clock, "set") if clock.get("set") is not None else None,
            ),
            capacity=Capacity.from_json(json_object(data, "capacity")),
            wifi_ssid=text(wifi, "ssid"),
            wifi_rssi_dbm=integer(wifi, "rssi_dbm"),
            heap_used_bytes=integer(heap, "used_bytes"),
            heap_free_bytes=integer(heap, "free_bytes"),
            card=Card(
                state=text(card, "state"),
                size_bytes=integer(card, "size_bytes"),
                free_bytes=integer(card, "free_bytes"),
                error=text(card, "error"),
                format=text(card, "format"),
                waiting_quarters=integer(card, "waiting_quarters"),
                lost_quarters=integer(card, "lost_quarters"),
                nearly_full=boolean(card, "nearly_full"),
            ),
            p1=P1Health(
                telegrams=integer(p1, "telegrams"),
                crc_errors=integer(p1, "crc_errors"),
                overruns=integer(p1, "overruns"),
                age_ms=integer(p1, "age_ms"),
            ),
            update=Update(
                state=text(update, "state"),
                percent=integer(update, "percent"),
                error=text(update, "error"),
                board=text(update, "board"),
            ),
        )


# Firmware 0.1.0 does not send `value` and `unit`. For each type of meter: the key with which it sends the register, and
# the register's unit.
_REGISTER_OF_0_1_0 = {
    "gas": ("volume_m3", "m3"),
    "water": ("volume_m3", "m3"),
    "hot_water": ("volume_m3", "m3"),
    "heat": ("energy_gj", "GJ"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class MBusDevice:
    """A gas, water, heat or other meter, whose values the electricity meter sends.

    value: the register of this meter, in `unit`. unit: the text in the telegram, such as "m3", "GJ" or "kWh".
    """

    channel: int | None
    type: str | None
    id: str | None
    valve: int | None
    time: datetime | None
    value: float | None
    unit: str | None

    @classmethod
    def from_json(cls, data: Json) -> Self:
        """Return one meter. `data` is an element of the list "mbus" in the response to GET /api/reading."""
        if "value" not in data:
            key, unit = _REGISTER_OF_0_1_0.get(data.get("type") or "", ("", None))
            data = {**data, "value": data.get(key), "unit": unit}
        return cls(
            channel=integer(data, "channel"),
            type=text(data, "type"),
            id=text(data, "id"),
            valve=integer(data, "valve"),
            time=timestamp(data, "time"),
            value=number(data, "value"),
            unit=text(data, "unit"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """The parsed values of the newest telegram (GET /api/reading)."""

    time: datetime | None = None
    meter_model: str | None = None
    meter_version: str | None = None
    meter_id: str | None = None
    energy_import_kwh: float | None = None
    energy_import_tariffs_kwh: tuple[float | None, ...] = (None,) * 5
    energy_export_kwh: float | None = None
    energy_export_tariffs_kwh: tuple[float | None, ...] = (None,) * 5
    tariff: int | None = None
    power_import_w: int | None = None
    power_export_w: int | None = None
    power_import_phases_w: tuple[int | None, ...] = (None,) * 3
    power_export_phases_w: tuple[int | None, ...] = (None,) * 3
    voltage_phases_v: tuple[float | None, ...] = (None,) * 3
    current_phases_a: tuple[float | None, ...] = (None,) * 3
    breaker: int | None = None
    limiter_w: int | None = None
    fuse_a: float | None = None
    message: str | None = None
    mbus: tuple[MBusDevice, ...] = ()

    @classmethod
    def from_json(cls, data: Json) -> Self:
        """Return the reading of GET /api/reading. Any of its fields may be missing."""
        return cls(
            time=timestamp(data, "time"),
            meter_model=text(data, "meter_model"),
            meter_version=text(data, "meter_version"),
            meter_id=text(data, "meter_id"),
            energy_import_kwh=number(data, "energy_import_kwh"),
            energy_import_tariffs_kwh=tuple(
                number(data, f"energy_import_t{tariff}_kwh") for tariff in range(1, 6)
            ),
            energy_export_kwh=number(data, "energy_export_kwh"),
            energy_export_tariffs_kwh=tuple(
                number(data, f"energy_export_t{tariff}_kwh") for tariff in range(1, 6)
            ),
            tariff=integer(data, "tariff"),
            power_import_w=integer(data, "power_import_w"),
            power_export_w=integer(data, "power_export_w"),
            power_import_phases_w=tuple(integer(data, f"power_import_l{phase}_w") for phase in range(1, 4)),
            power_export_phases_w=tuple(integer(data, f"power_export_l{phase}_w") for phase in range(1, 4)),
            voltage_phases_v=tuple(number(data, f"voltage_l{phase}_v") for phase in range(1, 4)),
            current_phases_a=tuple(number(data, f"current_l{phase}_a") for phase in range(1, 4)),
            breaker=integer(data, "breaker"),
            limiter_w=integer(data, "limiter_w"),
            fuse_a=number(data, "fuse_a"),
            message=text(data, "message"),
            mbus=tuple(MBusDevice.from_json(item) for item in json_objects(data, "mbus")),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Quarter:
    """The running quarter: demand so far, projection, target and headroom (GET /api/quarter).

    limit_w: the highest power of the house's grid connection in W. The device never sends a higher allowed_w. None with
    firmware 0.1.0, which does not send limit_w.
    """

    id: int | None = None
    start: datetime | None = None
    end: datetime | None = None
    elapsed_s: int | None = None
    demand_w: int | None = None
    demand_source: str | None = None
    projected_w: int | None = None
    target_w: int | None = None
    limit_w: int | None = None
    allowed_w: int | None = None
    headroom_w: int | None = None
    at_risk: bool = False
    unavoidable: bool = False

    @classmethod
    def from_json(cls, data: Json) -> Self:
        """Return the quarter of GET /api/quarter. Before the first telegram, all fields of the quarter are None."""
        return cls(
            id=integer(data, "id"),
            start=timestamp(data, "start"),
            end=timestamp(data, "end"),
            elapsed_s=integer(data, "elapsed_s"),
            demand_w=integer(data, "demand_w"),
            demand_source=text(data, "demand_source"),
            projected_w=integer(data, "projected_w"),
            target_w=integer(data, "target_w"),
            limit_w=integer(data, "limit_w"),
            allowed_w=integer(data, "allowed_w"),
            headroom_w=integer(data, "headroom_w"),
            at_risk=boolean(data, "at_risk"),
            unavoidable=boolean(data, "unavoidable"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthPeak:
    """The peak of a month, which is the month's highest quarter.

    month: such as "2026-11". end: the time at which that quarter ended. source: "meter" if the meter sent the peak,
    "card" if the device computed the peak from its stored quarters.
    """

    month: str | None
    power_w: int | None
    end: datetime | None
    source: str | None = None

    @classmethod
    def from_json(cls, data: Json) -> Self:
        """Return one peak of GET /api/peaks, from the field "running" or from an element of the list "months"."""
        return cls(
            month=text(data, "month"),
            power_w=integer(data, "power_w"),
            end=timestamp(data, "end"),
            source=text(data, "source"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Peaks:
    """The peaks of the running month and of closed months, and the billable average (GET /api/peaks).

    months: the peaks of the closed months, newest first.
    """

    running: MonthPeak | None = None
    months: tuple[MonthPeak, ...] = ()
    billable_average_w: int | None = None

    @classmethod
    def from_json(cls, data: Json) -> Self:
        """Return the peaks of GET /api/peaks. `running` is None if the running month has no peak yet."""
        running = MonthPeak.from_json(json_object(data, "running"))
        return cls(
            running=running if running.power_w is not None else None,
            months=tuple(MonthPeak.from_json(item) for item in json_objects(data, "months")),
            billable_average_w=integer(data, "billable_average_w"),
        )


type LiveEvent = Device | Reading | Quarter | Peaks
