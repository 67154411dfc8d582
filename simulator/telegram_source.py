"""Sources of telegrams for a P1 port: one telegram for every second."""

from collections.abc import Iterator
from typing import Protocol

from simulator.clock import stamp
from simulator.dialect import Dialect
from simulator.dialects import DEFAULT, dialect_named
from simulator.household import Household, Load
from simulator.meter import Meter
from simulator.meter_history import MeterHistory

DIALECT_DEFAULT = -1
"""For an M-Bus channel: the channel of the dialect, or none if it has none."""


class TelegramSource(Protocol):
    """Source with a telegram for each second."""

    @property
    def stamp(self) -> str:
        """Timestamp of the current telegram, "" if the telegram has none."""

    def telegram(self) -> bytes:
        """Return the telegram of the current second."""

    def advance(self, seconds: int, *, powered: bool = True) -> None:
        """Advance by `seconds`. `powered` is False if the meter has no power during these seconds."""

    def set_clock(self, seconds: int) -> None:
        """Move the meter's clock by `seconds`."""


class MeterSource:
    """Source with the telegrams of a simulated meter, in a dialect."""

    def __init__(self, meter: Meter, dialect: Dialect) -> None:
        self.meter, self.dialect = meter, dialect

    @property
    def stamp(self) -> str:
        """Current time of the meter's clock: YYMMDDhhmmss and S or W."""
        return stamp(self.meter.moment)

    def telegram(self) -> bytes:
        return self.dialect.telegram(self.meter)

    def advance(self, seconds: int = 1, *, powered: bool = True) -> None:
        self.meter.advance(seconds, powered=powered)

    def set_clock(self, seconds: int) -> None:
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
    """Return a household's meter with the dialect `name`. The meter's clock begins at the moment `start`.

    `gas` and `water` are M-Bus channels 1 to 4, None for no gas or water meter. `load` replaces the household.
    `history` replaces the generated history. LookupError for an unknown name, ValueError for a bad channel.
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
    """Yield `count` consecutive telegrams of a dialect, one for each second."""
    source = simulated_meter(name, start, seed)
    for _ in range(count):
        yield source.telegram()
        source.advance(1)
