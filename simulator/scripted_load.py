"""Load whose power a test sets, second by second."""

from bisect import bisect_right
from collections.abc import Sequence


class ScriptedLoad:
    """Load with a net power that changes at given moments: `changes` are pairs (moment, W).

    Power above 0 is import, below 0 is export. All power is on the first phase. Gas and water flow at a constant rate
    (ml per s).
    """

    def __init__(
        self,
        power_w: int = 0,
        changes: Sequence[tuple[int, int]] = (),
        *,
        phases: int = 3,
        gas_ml_s: int = 0,
        water_ml_s: int = 0,
    ) -> None:
        self.phases, self.gas_ml_s, self.water_ml_s = phases, gas_ml_s, water_ml_s
        ordered = sorted(changes)
        self._moments = [moment for moment, _ in ordered]
        self._powers = [power_w, *(power for _, power in ordered)]

    def switch(self, at: int, power_w: int) -> None:
        """Set the net power from the moment `at` on. A test may call this while the simulation is running."""
        index = bisect_right(self._moments, at)
        self._moments.insert(index, at)
        self._powers.insert(index + 1, power_w)

    def _total_w(self, at: int) -> int:
        return self._powers[bisect_right(self._moments, at - 1)]

    def power_w(self, at: int) -> list[int]:
        return [self._total_w(at), *[0] * (self.phases - 1)]

    def energy_ws(self, begin: int, end: int) -> tuple[int, int]:
        imported = exported = 0
        while begin < end:
            index = bisect_right(self._moments, begin)
            stop = min([end, *self._moments[index : index + 1]])
            energy = self._powers[index] * (stop - begin)
            imported, exported = imported + max(energy, 0), exported + max(-energy, 0)
            begin = stop
        return imported, exported

    def gas_ml(self, begin: int, end: int) -> int:
        return self.gas_ml_s * (end - begin)

    def water_ml(self, begin: int, end: int) -> int:
        return self.water_ml_s * (end - begin)
