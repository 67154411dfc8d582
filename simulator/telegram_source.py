"""What a line sends: one telegram for every second."""

from collections.abc import Iterator
from typing import Protocol

from simulator.clock import stamp
from simulator.dialect import Dialect
from simulator.dialects import DEFAULT, dialect_named
from simulator.household import Household, Load
from simulator.meter import Meter
from simulator.meter_history import MeterHistory

DIALECT_DEFAULT = -1
"""For an M-Bus channel: as the dialect has it."""


class TelegramSource(Protocol):
    """Something that has a telegram for each second."""

    @property
    def stamp(self) -> str:
        """The stamp of this second's telegram, "" where it has none."""

    def telegram(self) -> bytes:
        """The telegram of this second."""

    def advance(self, seconds: int, *, powered: bool = True) -> None:
        """Go on to a later second."""

    def set_clock(self, seconds: int) -> None:
        """Let the meter's clock jump."""


class MeterSource:
    """A meter and its way of writing."""

    def __init__(self, meter: Meter, dialect: Dialect) -> None:
        self.meter, self.dialect = meter, dialect

    @property
    def stamp(self) -> str:
        """The meter's clock, YYMMDDhhmmssX."""
        return stamp(self.meter.moment)

    def telegram(self) -> bytes:
        """What the meter says in this second."""
        return self.dialect.telegram(self.meter)

    def advance(self, seconds: int = 1, *, powered: bool = True) -> None:
        """Let the meter count on."""
        self.meter.advance(seconds, powered=powered)

    def set_clock(self, seconds: int) -> None:
        """Let the meter's clock jump."""
        self.meter.set_clock(seconds)


def simulated_meter(
    name: str = DEFAULT,
    start: int = 0,
    seed: int = 1,
    *,
    gas: int | None = DIALECT_DEFAULT,
    water: int | None = DIALECT_DEFAULT,
    gas_linked: bool = True,
    message: str = "",
    load: Load | None = None,
    history: MeterHistory | None = None,
) -> MeterSource:
    """A household's meter of a named dialect that begins at the moment `start`.

    `gas` and `water` are M-Bus channels 1 to 4, or None for none. `load` replaces the household and `history` what
    lies behind the meter. LookupError for an unknown name, ValueError for a bad channel.
    """
    dialect = dialect_named(name)
    meter = Meter(
        load or Household(seed, dialect.phases),
        start,
        history or MeterHistory.generate(seed, start, dialect.months, dialect.filler is not None),
        gas=dialect.default_gas if gas == DIALECT_DEFAULT else gas,
        water=dialect.default_water if water == DIALECT_DEFAULT else water,
        gas_linked=gas_linked,
        message=message,
    )
    return MeterSource(meter, dialect)


def telegrams(name: str, start: int, count: int, seed: int = 1) -> Iterator[bytes]:
    """So many consecutive telegrams of a dialect, one a second."""
    source = simulated_meter(name, start, seed)
    for _ in range(count):
        yield source.telegram()
        source.advance(1)
