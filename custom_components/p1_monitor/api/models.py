"""Models of the responses and live events of our firmware, as immutable dataclasses.

Powers in W, import and export each >= 0; energies in kWh; volumes in m3; times with the meter's own UTC offset. None
if the meter or the firmware does not send the value.
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
    """The clock of the device, which is the meter's once a telegram has arrived."""

    source: str | None
    time: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Capacity:
    """The capacity tariff's settings, which the device stores."""

    area: str | None = None
    target_w: int | None = None
    counted_from: str | None = None
    warning_percent: int | None = None

    @classmethod
    def from_json(cls, data: Json) -> Self:
        """Return the settings in the "capacity" of a device or of its settings."""
        return cls(
            area=text(data, "area"),
            target_w=integer(data, "target_w"),
            counted_from=text(data, "counted_from"),
            warning_percent=integer(data, "warning_percent"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The settings that the integration uses (GET /api/config). brightness in percent."""

    capacity: Capacity
    brightness: int | None
    has_password: bool

    @classmethod
    def from_json(cls, data: Json) -> Self:
        """Return the settings, which contain no secrets."""
        return cls(
            capacity=Capacity.from_json(json_object(data, "capacity")),
            brightness=integer(json_object(data, "light"), "brightness"),
            has_password=boolean(json_object(data, "access"), "has_password"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """A named token that the device issued; `value` is the secret."""

    id: str
    value: str

    @classmethod
    def from_json(cls, data: Json) -> Self | None:
        """Return the token, None if the object has none."""
        token_id, value = text(data, "id"), text(data, "token")
        return cls(id=token_id, value=value) if token_id and value else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """The card. state: "ok", "absent" or "failed".

    format: what is on a card that the device cannot read, such as "exFAT" or "blank". Version 0.1.0 does not send it.
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
    """The state of a firmware update. board: the kind of board for which a package must be made."""

    state: str | None
    percent: int | None
    error: str | None
    board: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """The device itself: board, firmware, and health (GET /api/device)."""

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
        """Return the device, None if the object has no id and therefore is not from our firmware."""
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
            clock=Clock(source=text(clock, "source"), time=timestamp(clock, "time")),
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


@dataclass(frozen=True, slots=True, kw_only=True)
class MBusDevice:
    """A gas, water or heat meter, whose values the electricity meter sends."""

    channel: int | None
    type: str | None
    id: str | None
    valve: int | None
    time: datetime | None
    volume_m3: float | None
    energy_gj: float | None

    @classmethod
    def from_json(cls, data: Json) -> Self:
        """Return the meter of one element of a reading's "mbus"."""
        return cls(
            channel=integer(data, "channel"),
            type=text(data, "type"),
            id=text(data, "id"),
            valve=integer(data, "valve"),
            time=timestamp(data, "time"),
            volume_m3=number(data, "volume_m3"),
            energy_gj=number(data, "energy_gj"),
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
        """Return the reading; any of its fields may be missing."""
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
    """The running quarter: demand so far, projection, target and headroom (GET /api/quarter)."""

    id: int | None = None
    start: datetime | None = None
    end: datetime | None = None
    elapsed_s: int | None = None
    demand_w: int | None = None
    demand_source: str | None = None
    projected_w: int | None = None
    target_w: int | None = None
    allowed_w: int | None = None
    headroom_w: int | None = None
    at_risk: bool = False
    unavoidable: bool = False

    @classmethod
    def from_json(cls, data: Json) -> Self:
        """Return the quarter; before the first telegram all its fields are missing."""
        return cls(
            id=integer(data, "id"),
            start=timestamp(data, "start"),
            end=timestamp(data, "end"),
            elapsed_s=integer(data, "elapsed_s"),
            demand_w=integer(data, "demand_w"),
            demand_source=text(data, "demand_source"),
            projected_w=integer(data, "projected_w"),
            target_w=integer(data, "target_w"),
            allowed_w=integer(data, "allowed_w"),
            headroom_w=integer(data, "headroom_w"),
            at_risk=boolean(data, "at_risk"),
            unavoidable=boolean(data, "unavoidable"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthPeak:
    """The highest quarter of a month ("2026-11"). end: the end of that quarter.

    source: "meter" if the meter sent it, "card" if it is the highest of the quarters that the device stored itself.
    """

    month: str | None
    power_w: int | None
    end: datetime | None
    source: str | None = None

    @classmethod
    def from_json(cls, data: Json) -> Self:
        """Return the peak of "running", or of one element of "months"."""
        return cls(
            month=text(data, "month"),
            power_w=integer(data, "power_w"),
            end=timestamp(data, "end"),
            source=text(data, "source"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Peaks:
    """The running month, the closed months newest first, and the billable average (GET /api/peaks)."""

    running: MonthPeak | None = None
    months: tuple[MonthPeak, ...] = ()
    billable_average_w: int | None = None

    @classmethod
    def from_json(cls, data: Json) -> Self:
        """Return the peaks; `running` is None if the running month has no peak yet."""
        running = MonthPeak.from_json(json_object(data, "running"))
        return cls(
            running=running if running.power_w is not None else None,
            months=tuple(MonthPeak.from_json(item) for item in json_objects(data, "months")),
            billable_average_w=integer(data, "billable_average_w"),
        )


type LiveEvent = Device | Reading | Quarter | Peaks
