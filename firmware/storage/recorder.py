"""The one writer of quarters: to the memory that a reset keeps, to the card, or to the flash while there is no card.

Only the recorder writes to the card, except the settings when a card is inserted (settings/store.py). An HTTP handler
never writes to it, but queues a job in `jobs`. Longer functions are in modules that are loaded on demand.
"""

import gc
from micropython import const

from demand.quarter import QUARTER_S, Quarter
from meter.timestamp import elapsed
from overlay import load
from storage import journal

# Positions in a job, a list. Its module is loaded when the job begins, so that a queued job takes little memory.
JOB_MODULE = const(0)
JOB_FUNCTION = const(1)  # in that module; returns a generator
JOB_WORDS = const(2)  # for the log: "No memory to ..."
JOB_ARGUMENT = const(3)  # of the function
JOB_STEPS = const(4)  # the generator; None until the job begins, and again if memory was short

_SEEN_S = const(10)  # a telegram this soon after a quarter's end has the registers at its end
_BACK = const(3)  # samples; a clock that goes back further was set, not corrected


class Recorder:
    """Stores the running quarter and each quarter that ends; `device` has the other parts.

    jobs     work in small steps, between telegrams; positions: JOB_MODULE ... JOB_STEPS
    waiting  number of quarters in the flash that wait for a card
    lost     number of quarters that could not be stored, ever
    """

    def __init__(self, device):
        self.device = device
        self.board = device.board
        self.card = device.card
        self.coach = device.coach
        self.ended_quarter = (
            Quarter()
        )  # exchanged with the coach's at each quarter's end; also filled with quarters to be finished
        self.jobs = []
        self.has_registers = False  # the running quarter has its first registers
        self._ended = False  # ended_quarter waits to be stored
        self._saved_sample = -1
        self.moved_count = 0  # number of waiting quarters that are on the card already
        self.waiting, self.lost = load("storage.pending").counts(self.board)

    @property
    def reading(self):
        return self.device.reader.parser.reading

    def resume(self, local_s, summer):
        """Continue after a restart, at the first telegram."""
        try:
            self._open_card()
            load("storage.recovery").resume(self, local_s, summer)
        except OSError as error:
            self.card.fail(error)

    def close(self, local_s, summer):
        """End the running quarter with the telegram of this moment. It is stored within a second."""
        if self._ended:
            self._store_ended()  # the clock was set, and set again within a second
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
        """Store the quarter that has ended, save the running one, or use the card: one of these a second."""
        quarter = self.coach.quarter
        if self._ended:
            self._store_ended()
        elif quarter.newest_index != self._saved_sample and quarter.newest_index >= 0:
            self._save_running(quarter)
        elif self.card.state == "ok":
            self._use_card()

    def each_step(self):
        """Do the next step of the first job, ten times a second."""
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
                if self.card.journal:  # else the job began on a card that has already failed
                    self.card.fail(error)
            except MemoryError:
                job[JOB_STEPS] = None  # begins again, after the others
                self.jobs.append(self.jobs.pop(0))
                gc.collect()
                self.device.note("No memory to %s" % job[JOB_WORDS])

    def _begin(self, quarter, t):
        journal.begin_registers(quarter, t, self.reading)
        self.has_registers = True

    def _save_running(self, quarter):
        """Save the running quarter: every 5 s in the memory that a reset keeps, every minute on the card."""
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
                gc.collect()  # tried again in five seconds

    def _store_ended(self):
        try:
            load("storage.quarter_store").store(self, self.ended_quarter)
            self._ended = False
        except MemoryError:
            gc.collect()  # tried again in a second

    def _open_card(self):
        """Open a card that works and is not open."""
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
            gc.collect()  # tried again in a second
