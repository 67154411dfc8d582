"""A meter register that only counts up, protected from a value that would undo it."""

from datetime import datetime

# Seconds of a wrong register, at one telegram a second, before we believe it.
AGREEING_UPDATES = 3
# How far apart values may lie and still be the same register a second later, in its unit.
AGREEMENT = 1.0


class Register:
    """Believes what counts up; a decrease, or a zero to begin with, must prove itself.

    Home Assistant takes a decrease for a new meter and books all of what follows as
    energy of now. So one is believed only from another meter (its id changed) or after
    three telegrams that agree.
    """

    def __init__(self) -> None:
        """Begin with nothing believed."""
        self._believed: float | None = None
        self._meter_id: str | None = None
        self._time: datetime | None = None
        self._doubted: float | None = None
        self._agreeing = 0

    def believe(self, value: float | None, meter_id: str | None, time: datetime | None) -> float | None:
        """The value to publish for a telegram of this time; None when there is none."""
        if value is None:
            return None
        replaced = None not in (self._meter_id, meter_id) and meter_id != self._meter_id
        if replaced or (value > 0 and value >= (self._believed or 0.0)):
            self._accept(value, meter_id)
        elif time is None or time != self._time:  # a telegram proves itself only once
            self._doubt(value, meter_id)
        self._time = time
        return self._believed

    def _doubt(self, value: float, meter_id: str | None) -> None:
        before = self._doubted
        agrees = before is not None and before <= value <= before + AGREEMENT
        self._agreeing = self._agreeing + 1 if agrees else 1
        self._doubted = value
        if self._agreeing >= AGREEING_UPDATES:
            self._accept(value, meter_id)

    def _accept(self, value: float, meter_id: str | None) -> None:
        self._believed = value
        self._meter_id = meter_id or self._meter_id
        self._doubted, self._agreeing = None, 0
