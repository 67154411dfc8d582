"""The one writer of quarters: to the memory that a reset leaves alone, to the card, or to the flash until one is there.

Nothing else writes to the card, but the settings when a card comes (`config.py`), and nothing at all within a request:
what one asks for is among the `work`. What takes more than a few lines is loaded while it is done.
"""

import gc
from micropython import const

from demand.quarter import QUARTER_S, Quarter
from meter.timestamp import elapsed
from overlay import load
from storage import journal

_SEEN_S = const(10)  # a telegram so soon after a quarter's end tells the registers at its end
_BACK = const(3)  # slots by which a clock is corrected; further back is another time


class Recorder:
    """What becomes of each quarter. `monitor` has the parts.

    waiting  quarters in the flash that wait for a card
    lost     quarters that could be kept nowhere, ever
    """

    def __init__(self, device):
        self.device = device
        self.board = device.board
        self.card = device.card
        self.coach = device.coach
        self.spare = (
            Quarter()
        )  # takes turns with the coach's: one that has ended, or is on its way to the card
        # What is done in small steps, beside the reading: [module, name of its generator, argument, the generator
        # once it has begun], so that what waits takes no memory, and begins anew where memory was short.
        self.work = []
        self.begun = False  # the running quarter has its first registers
        self._ended = False  # the spare one waits to be stored
        self._slot = -1
        self.moved = 0  # of those that wait, to the card already
        self.waiting, self.lost = load("storage.pending").counts(self.board)

    @property
    def reading(self):
        return self.device.reader.parser.reading

    def resume(self, local_s, summer):
        """The first telegram has come: go on where a restart cut."""
        try:
            self._open()
            load("storage.recovery").resume(self, local_s, summer)
        except OSError as error:
            self.card.fail(error)

    def close(self, local_s, summer):
        """The running quarter ends with the telegram of this moment. It is stored within a second."""
        if self._ended:
            self._store()  # a clock that is set and set back
        coach = self.coach
        quarter = coach.quarter
        late = elapsed(local_s, summer, coach.start, coach.summer) - QUARTER_S
        if 0 <= late <= _SEEN_S:
            journal.take(quarter, QUARTER_S + late, self.reading, journal.SEEN)
        else:
            quarter.block[23] = journal.ENDED
        coach.quarter, self.spare = self.spare, quarter
        self._ended = True
        self._slot = -1
        self._begin(coach.quarter, local_s % QUARTER_S)

    def each_second(self):
        """One step of what is to be done."""
        quarter = self.coach.quarter
        if self._ended:
            self._store()
        elif quarter.slot != self._slot and quarter.slot >= 0:
            self._keep(quarter)
        elif self.card.state == "ok":
            self._on_card()

    def each_step(self):
        """A small step of what is done beside the reading, ten times a second."""
        if self.work and not self._ended:
            job = self.work[0]
            try:
                if not job[3]:
                    job[3] = getattr(load(job[0]), job[1])(job[2])
                next(job[3])
            except StopIteration:
                self.work.pop(0)
            except OSError as error:
                self.work.clear()
                if self.card.journal:  # else it was begun on one that has failed already
                    self.card.fail(error)
            except MemoryError:
                job[3] = None  # begun anew, behind the others
                self.work.append(self.work.pop(0))
                gc.collect()
                self.device.note("No memory for %s" % job[0])

    def _begin(self, quarter, t):
        journal.begin(quarter, t, self.reading)
        self.begun = True

    def _keep(self, quarter):
        """Keep what has come of the running quarter: each 5 s where a reset finds it, each minute on the card."""
        t = self.coach.elapsed
        if not self.begun or quarter.slot < self._slot - _BACK:
            self._begin(quarter, t)
        self._slot = quarter.slot
        journal.take(quarter, t, self.reading)
        journal.keep(self.board, quarter)
        if self.card.journal and journal.is_due(quarter):
            try:
                load("storage.journal_writer").write(self.card, quarter)
            except OSError as error:
                self.card.fail(error)
            except MemoryError:
                gc.collect()  # in five seconds

    def _store(self):
        try:
            load("storage.quarter_store").put(self, self.spare)
            self._ended = False
        except MemoryError:
            gc.collect()  # once more in a second

    def _open(self):
        """A card has come."""
        if self.card.state == "ok" and not self.card.journal:
            load("storage.recovery").open_card(self)

    def _on_card(self):
        try:
            if not self.card.journal:
                self._open()
            elif self.waiting:
                load("storage.quarter_store").move(self)
        except OSError as error:
            self.card.fail(error)
        except MemoryError:
            gc.collect()  # once more in a second
