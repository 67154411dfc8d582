"""Faults on the P1 line. Each fault has a name and a rate. The rate is the share of the telegrams with this fault."""

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random

RATES = {
    "flip": 0.05,
    "cut": 0.05,
    "noise": 0.2,
    "silence": 0.005,
    "power-cut": 0.002,
    "clock-jump": 0.002,
}
"""Default rate of each fault, as a share of the telegrams."""

ABOUT = {
    "flip": "one to three bits of the telegram are flipped",
    "cut": "the telegram ends somewhere in its middle",
    "noise": "random bytes and 0xFF follow the telegram",
    "silence": "nothing is sent for 5 to 30 seconds",
    "power-cut": "the meter loses power in mid-telegram for 5 to 60 seconds; its registers are kept",
    "clock-jump": "the meter's clock jumps by up to 20 minutes, forward or back",
}


@dataclass(frozen=True, slots=True)
class Transmission:
    """Bytes that the meter sends in one second, and faults that begin in this second.

        data         the telegram
        whole        False if the telegram is cut or damaged
        tail         bytes after the telegram
        silent_s     length of a silence
        power_cut_s  length of a power cut
        jump_s       jump of the meter's clock

    All times are in seconds of the meter's time, 0 for none.
    """

    data: bytes
    whole: bool = True
    tail: bytes = b""
    silent_s: int = 0
    power_cut_s: int = 0
    jump_s: int = 0


class Faults:
    """Random faults by rate. Equal seeds give equal faults. ValueError for an unknown name or a rate outside 0 to 1."""

    def __init__(self, rates: Mapping[str, float] | None = None, seed: int = 1) -> None:
        self.rates = dict(rates or {})
        for name, rate in self.rates.items():
            if name not in RATES:
                raise ValueError(f"no fault is called {name!r}; there are: {', '.join(RATES)}")
            if not 0 <= rate <= 1:
                raise ValueError(f"fault {name}: the rate is a share of the telegrams, from 0 to 1")
        self._random = Random(f"{seed} faults")

    @classmethod
    def parse(cls, texts: list[str], seed: int = 1) -> Faults:
        """Return the Faults that `texts` describe: names with an optional rate, such as `flip` or `cut:0.01`.

        ValueError if a text is not valid. Its message explains the mistake.
        """
        rates = {}
        for text in texts:
            name, _, rate = text.partition(":")
            try:
                rates[name] = float(rate) if rate else RATES.get(name, 0.0)
            except ValueError:
                raise ValueError(
                    f"fault {text!r}: the rate after the colon is a number from 0 to 1"
                ) from None
        return cls(rates, seed)

    def apply(self, telegram: bytes) -> Transmission:
        """Return the transmission of a telegram, with randomly chosen faults."""
        random = self._random
        if self._occurs("silence"):
            return Transmission(b"", whole=False, silent_s=random.randint(5, 30))
        if self._occurs("power-cut"):
            return Transmission(self._cut_short(telegram), whole=False, power_cut_s=random.randint(5, 60))
        jump = random.randint(-1200, 1200) if self._occurs("clock-jump") else 0
        tail = self._noise() if self._occurs("noise") else b""
        if self._occurs("cut"):
            return Transmission(self._cut_short(telegram), whole=False, tail=tail, jump_s=jump)
        if self._occurs("flip"):
            return Transmission(self._flip_bits(telegram), whole=False, tail=tail, jump_s=jump)
        return Transmission(telegram, tail=tail, jump_s=jump)

    def _occurs(self, name: str) -> bool:
        rate = self.rates.get(name, 0)
        return rate > 0 and self._random.random() < rate

    def _cut_short(self, telegram: bytes) -> bytes:
        return telegram[: self._random.randrange(1, len(telegram) - 4)]

    def _noise(self) -> bytes:
        return self._random.randbytes(self._random.randint(1, 48)) + b"\xff" * self._random.randint(0, 8)

    def _flip_bits(self, telegram: bytes) -> bytes:
        """Flip one to three bits between "/" and "!". The CRC covers these bytes and always detects the change."""
        data = bytearray(telegram)
        last = telegram.rfind(b"!")
        bits = self._random.sample(
            range(8, 8 * (last if last > 1 else len(telegram))), self._random.randint(1, 3)
        )
        for bit in bits:
            data[bit // 8] ^= 1 << bit % 8
        return bytes(data)
