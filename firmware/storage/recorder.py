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

# Positions in a job, which is a list. Its module is loaded when it begins, so that a queued job takes little memory.
JOB_MODULE = const(0)
JOB_FUNCTION = const(1)  # in that module; returns a generator
JOB_WORDS = const(2)  # for the log: "No memory to ..."
JOB_ARGUMENT = const(3)  # of the function
JOB_STEPS = const(4)  # the generator; None until the job begins, and again if memory was short

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
        self.ended_quarter = Quarter()  # takes turns with the coach's
        self.jobs = []
        self.has_registers = False  # the running quarter has its first registers
        self._ended = False  # ended_quarter waits to be stored
        self._saved_sample = -1
        self.moved_count = 0  # of those that wait, to the card already
        self.waiting, self.lost = load("storage.pending").counts(self.board)

    @property
    def reading(self):
        return self.device.reader.parser.reading

    def resume(self, local_s, summer):
        """The first telegram has come: go on where a restart cut."""
        try:
            self._open_card()
            load("storage.recovery").resume(self, local_s, summer)
        except OSError as error:
            self.card.fail(error)

    def close(self, local_s, summer):
        """The running quarter ends with the telegram of this moment. It is stored within a second."""
        if self._ended:
            self._store_ended()  # a clock that is set and set back
        coach = self.coach
        quarter = coach.quarter
        late = elapsed(local_s, summer, coach.start, coach.summer) - QUARTER_S
        if 0 <= late <= _SEEN_S:
            journal.update_registers(quarter, QUARTER_S + late, self.reading, journal.ENDED_SEEN)
        else:
            quarter.block[journal.QUARTER_END_CELL] = journal.ENDED_UNSEEN
        coach.quarter, self.ended_quarter = self.ended_quarter, quarter
        self._ended = True
        self._saved_sample = -1
        self._begin(coach.quarter, local_s % QUARTER_S)

    def each_second(self):
        """One step of what is to be done."""
        quarter = self.coach.quarter
        if self._ended:
            self._store_ended()
        elif quarter.newest_index != self._saved_sample and quarter.newest_index >= 0:
            self._save_running(quarter)
        elif self.card.state == "ok":
            self._use_card()

    def each_step(self):
        """A small step of what is done beside the reading, ten times a second."""
        if self.jobs and not self._ended:
            job = self.jobs[0]
            try:
                if not job[JOB_STEPS]:
                    job[JOB_STEPS] = getattr(load(job[JOB_MODULE]), job[JOB_FUNCTION])(job[JOB_ARGUMENT])
                next(job[JOB_STEPS])
            except StopIteration:
                self.jobs.pop(0)
            except OSError as error:
                self.jobs.clear()
                if self.card.journal:  # else it was begun on one that has failed already
                    self.card.fail(error)
            except MemoryError:
                job[JOB_STEPS] = None  # begun anew, behind the others
                self.jobs.append(self.jobs.pop(0))
                gc.collect()
                self.device.note("No memory to %s" % job[JOB_WORDS])

    def _begin(self, quarter, t):
        journal.begin_registers(quarter, t, self.reading)
        self.has_registers = True

    def _save_running(self, quarter):
        """Keep what has come of the running quarter: each 5 s where a reset finds it, each minute on the card."""
        t = self.coach.elapsed
        if not self.has_registers or quarter.newest_index < self._saved_sample - _BACK:
            self._begin(quarter, t)
        self._saved_sample = quarter.newest_index
        journal.update_registers(quarter, t, self.reading)
        journal.save(self.board, quarter)
        if self.card.journal and journal.is_record_due(quarter):
            try:
                load("storage.journal_writer").write(self.card, quarter)
            except OSError as error:
                self.card.fail(error)
            except MemoryError:
                gc.collect()  # in five seconds

    def _store_ended(self):
        try:
            load("storage.quarter_store").store(self, self.ended_quarter)
            self._ended = False
        except MemoryError:
            gc.collect()  # once more in a second

    def _open_card(self):
        """A card has come."""
        if self.card.state == "ok" and not self.card.journal:
            load("storage.recovery").open_card(self)

    def _use_card(self):
        try:
            if not self.card.journal:
                self._open_card()
            elif self.waiting:
                load("storage.quarter_store").move_pending(self)
        except OSError as error:
            self.card.fail(error)
        except MemoryError:
            gc.collect()  # once more in a second
