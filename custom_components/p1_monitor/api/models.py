"""Models of a device with our firmware: its state, its settings and its tokens, as immutable dataclasses.

Powers are in W, and times have the meter's UTC offset. A value is None if the firmware does not send the value.

Contract: docs/openapi.yaml.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Self

from . import bounds
from .json_fields import (
    Json,
    boolean,
    choice,
    integer,
    json_object,
    matching,
    matching_texts,
    text,
    timestamp,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """The device's clock, which follows the meter's clock.

    source: "meter", or None as long as the device has received no time from the meter. is_set: False if the meter's
    clock was never set. is_set is None before the first telegram, and with firmware 0.1.0.
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
            area=choice(data, "area", bounds.AREAS),
            target_w=integer(data, "target_w", 1, 100_000),
            counted_from=matching(data, "counted_from", bounds.DAY),
            warning_percent=integer(data, "warning_percent", 50, 100),
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
            brightness=integer(json_object(data, "light"), "brightness", 0, 100),
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
        token_id, value = matching(data, "id", bounds.TOKEN_ID), matching(data, "token", bounds.TOKEN)
        return cls(id=token_id, value=value) if token_id and value else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """An ask for a token, which waits until somebody presses the device's button `presses` times in a row.

    ticket: the secret with which the token is fetched. digits: four digits that name the ask on the device's page.
    """

    ticket: str
    digits: str
    presses: int

    @classmethod
    def from_json(cls, data: Json) -> Self | None:
        """Return the ask in a JSON object, or None if the object contains no ask."""
        ticket, digits = matching(data, "ticket", bounds.TICKET), matching(data, "digits", bounds.DIGITS)
        presses = integer(data, "presses", 1, bounds.MAX_PRESSES)
        return cls(ticket=ticket, digits=digits, presses=presses) if ticket and digits and presses else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """The newest grant since the device started. what: the kind of access: "token", "session" or "password"."""

    what: str
    name: str | None
    kind: str | None
    at: datetime | None

    @classmethod
    def from_json(cls, data: Json) -> Self | None:
        """Return the field "granted" of a JSON object. None without a grant, and with firmware 0.1.0."""
        found = json_object(data, "granted")
        if (what := choice(found, "what", bounds.GRANTS)) is None:
            return None
        return cls(
            what=what,
            name=text(found, "name"),
            kind=choice(found, "kind", bounds.TOKEN_KINDS),
            at=timestamp(found, "at"),
        )


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
class SystemMemory:
    """The system memory, which the board's Wi-Fi and sockets share.

    free_bytes: the memory that is free now. largest_bytes: the largest piece of the free memory. lowest_bytes: the
    least free memory since the start. All three are None with firmware 0.1.0, and for a simulated board.
    """

    free_bytes: int | None
    largest_bytes: int | None
    lowest_bytes: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class P1Health:
    """Counters of the P1 connection. age_ms: time since the newest telegram."""

    telegrams: int | None
    crc_errors: int | None
    overruns: int | None
    age_ms: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Update:
    """The state of a firmware update, and the rules for packages that need no press of BOOT.

    board: the kind of board that a firmware package must be made for; it ends in "-romfs" for a board that runs its
    code in the flash, because such a board needs a package of its own. keys: ids of the keys that may sign a package;
    None for firmware 0.1.0, which accepts packages without a signature. lowest_build: lowest build number of a package.
    presses: number of presses of BOOT for which a package waits, None if no package waits. waiting_digest: the first
    digits of the SHA-256 of the signed part of that package.
    """

    state: str | None
    percent: int | None
    error: str | None
    board: str | None
    keys: frozenset[str] | None
    lowest_build: int
    presses: int | None
    waiting_digest: str | None

    @classmethod
    def from_json(cls, data: Json) -> Self:
        """Return the update of the field "update" of GET /api/device."""
        waiting = json_object(data, "waiting")
        board = matching(data, "board", bounds.BOARD)
        return cls(
            state=choice(data, "state", bounds.UPDATE_STATES),
            percent=integer(data, "percent", 0, 100),
            error=text(data, "error"),
            board=f"{board}-romfs" if board and data.get("kind") == "romfs" else board,
            keys=matching_texts(data, "keys", bounds.KEY_ID, bounds.MAX_KEYS) if "keys" in data else None,
            lowest_build=max(integer(data, key, 0, bounds.MAX_BUILD) or 0 for key in ("build", "floor")),
            presses=integer(waiting, "presses", 1, bounds.MAX_PRESSES),
            waiting_digest=matching(waiting, "digest", bounds.DIGEST),
        )


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
    heap_areas: int | None
    system_memory: SystemMemory
    card: Card
    p1: P1Health
    update: Update
    granted: Grant | None

    @classmethod
    def from_json(cls, data: Json) -> Self | None:
        """Return the device of GET /api/device.

        Return None if the id is missing. A device with our firmware always sends its id.
        """
        if (device_id := matching(data, "id", bounds.MAC)) is None:
            return None
        clock = json_object(data, "clock")
        wifi = json_object(data, "wifi")
        heap = json_object(data, "heap")
        memory = json_object(data, "system_memory")
        card = json_object(data, "card")
        p1 = json_object(data, "p1")
        return cls(
            id=device_id.lower(),
            name=matching(data, "name", bounds.NAME),
            board=matching(data, "board", bounds.BOARD),
            firmware=matching(data, "firmware", bounds.VERSION),
            micropython=matching(data, "micropython", bounds.VERSION),
            uptime_s=integer(data, "uptime_s", 0, bounds.MAX_UPTIME_S),
            reset_cause=choice(data, "reset_cause", bounds.RESET_CAUSES),
            clock=Clock(
                source=choice(clock, "source", bounds.CLOCK_SOURCES),
                time=timestamp(clock, "time"),
                is_set=boolean(clock, "set") if clock.get("set") is not None else None,
            ),
            capacity=Capacity.from_json(json_object(data, "capacity")),
            wifi_ssid=text(wifi, "ssid", 32),
            wifi_rssi_dbm=integer(wifi, "rssi_dbm", -200, 0),
            heap_used_bytes=integer(heap, "used_bytes"),
            heap_free_bytes=integer(heap, "free_bytes"),
            heap_areas=integer(heap, "areas", 1, bounds.MAX_HEAP_AREAS),
            system_memory=SystemMemory(
                free_bytes=integer(memory, "free_bytes"),
                largest_bytes=integer(memory, "largest_bytes"),
                lowest_bytes=integer(memory, "lowest_bytes"),
            ),
            card=Card(
                state=choice(card, "state", bounds.CARD_STATES),
                size_bytes=integer(card, "size_bytes"),
                free_bytes=integer(card, "free_bytes"),
                error=text(card, "error"),
                format=matching(card, "format", bounds.CARD_FORMAT),
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
            update=Update.from_json(json_object(data, "update")),
            granted=Grant.from_json(json_object(data, "access")),
        )
