"""The only writer of quarters: to RTC memory, to the card, and to the flash while no card works.

Only the recorder writes to the card, with two exceptions. At the start, storage/card_test.py writes a test file. At the
start and when a card is inserted, settings/store.py writes the settings. An HTTP handler never writes to the card, but
queues a job for the recorder. Longer functions are in modules that are loaded on demand.
"""

import gc
from micropython import const

from demand.quarter import QUARTER_S, Quarter
from meter.timestamp import elapsed
from overlay import load
from storage import journal

# Indexes of the fields in a job, which is a list. A waiting job takes little memory, because its module is only loaded
# when the job begins.
JOB_MODULE = const(0)
JOB_FUNCTION = const(1)  # name of a function in the module, which returns an iterator
JOB_WORDS = const(2)  # description of the job, for the log line "No memory to ..."
JOB_ARGUMENT = const(3)  # argument of the function
JOB_STEPS = const(4)  # iterator of the steps of the job, None before the job begins and after a MemoryError

# Registers that were read at most 10 s after a quarter's end count as the registers at the end.
_SEEN_S = const(10)
_BACK = const(3)  # a clock that steps back by more than 3 samples (15 s) was set, not only corrected


class Recorder:
    """Writer of the running quarter and of each ended quarter. `device` has the other parts of the firmware.

    jobs     list of jobs that run in small steps between telegrams. A job has the fields JOB_MODULE to JOB_STEPS
    waiting  number of quarters in the flash that wait for a card
    lost     number of quarters that could be stored nowhere, since the first start
    """

    def __init__(self, device):
        self.device = device
        self.board = device.board
        self.card = device.card
        self.coach = device.coach
        # Quarter object of a quarter that has ended. At the end of a quarter, the recorder and the coach exchange their
        # Quarter objects. An older quarter that must be written to the card is also read into this object.
        self.ended_quarter = Quarter()
        self.jobs = []
        self.has_registers = False  # True if the block of the running quarter contains its first registers
        self.has_ended = False  # True if ended_quarter waits to be stored
        self.serial = 0  # serial_check() (journal.py) of the newest quarter before the restart, 0 if unknown
        self._saved_sample = -1
        self.moved_count = 0  # number of records in spool.bin whose quarters are already on the card
        self.waiting, self.lost = load("storage.pending").counts(self.board)

    @property
    def reading(self):
        return self.device.reader.parser.reading

    def resume(self, local_s, summer):
        """Continue the quarter that a restart interrupted. Called at the first telegram."""
        load("storage.recovery").start(self, local_s, summer)

    def close(self, local_s, summer):
        """End the running quarter with the newest telegram. The quarter is stored within a second."""
        if self.has_ended:
            # The previous ended quarter is not stored yet, because it ended less than a second ago (the meter's clock
            # was set), or because memory was short.
            self._store_ended()
            self.lost += self.has_ended  # memory is still short, and the quarter's object is needed below
        coach = self.coach
        quarter = coach.quarter
        late = elapsed(local_s, summer, coach.start, coach.summer) - QUARTER_S
        if 0 <= late <= _SEEN_S:
            journal.update_registers(quarter, QUARTER_S + late, self.reading, journal.ENDED_SEEN)
        else:
            quarter.block[journal.QUARTER_END_CELL] = journal.ENDED_UNSEEN
        coach.quarter, self.ended_quarter = self.ended_quarter, quarter
        self.has_ended = True
        self._saved_sample = -1
        self._begin(coach.quarter, local_s % QUARTER_S, quarter.block[journal.QUARTER_SERIAL_CELL])

    def each_second(self):
        """Do the first of these tasks that is due.

        1. Store the ended quarter.
        2. Save the running quarter, if it has a new sample.
        3. If the card works, open its journal, or move a pending quarter to the card.
        """
        quarter = self.coach.quarter
        if self.has_ended:
            self._store_ended()
        elif quarter.newest_index != self._saved_sample and quarter.newest_index >= 0:
            self._save_running(quarter)
        elif self.card.state == "ok":
            self._use_card()

    def each_step(self):
        """Do the next step of the first job. Called ten times a second."""
        if self.jobs and not self.has_ended:
            job = self.jobs[0]
            try:
                if not job[JOB_STEPS]:
                    job[JOB_STEPS] = getattr(load(job[JOB_MODULE]), job[JOB_FUNCTION])(job[JOB_ARGUMENT])
                next(job[JOB_STEPS])
            except StopIteration:
                self.jobs.pop(0)
            except OSError as error:
                self.jobs.clear()
                if self.card.journal:  # if the journal is closed, the failure of the card was already logged
                    self.card.fail(error)
            except MemoryError:
                job[JOB_STEPS] = None  # the job begins again after the other jobs
                self.jobs.append(self.jobs.pop(0))
                gc.collect()
                self.device.note("No memory to %s" % job[JOB_WORDS])
            except Exception as error:  # the card may contain anything
                self.jobs.pop(0)
                self.device.note("Could not %s: %s" % (job[JOB_WORDS], type(error).__name__))

    def _begin(self, quarter, t, serial_before):
        journal.begin_registers(quarter, t, self.reading, serial_before)
        self.has_registers = True

    def _save_running(self, quarter):
        """Save the running quarter every 5 s in RTC memory, which survives a reset, and every minute on the card."""
        t = self.coach.elapsed
        if not self.has_registers or quarter.newest_index < self._saved_sample - _BACK:
            self._begin(quarter, t, self.serial)
            self.serial = 0
        self._saved_sample = quarter.newest_index
        journal.update_registers(quarter, t, self.reading)
        journal.save(self.board, quarter)
        if self.card.journal and journal.is_record_due(quarter):
            try:
                load("storage.journal_writer").write(self.card, quarter)
            except OSError as error:
                self.card.fail(error)
            except MemoryError:
                gc.collect()  # the write to the journal is tried again in five seconds

    def _store_ended(self):
        try:
            load("storage.quarter_store").store(self, self.ended_quarter)
            self.has_ended = False
        except MemoryError:
            gc.collect()  # the write of the quarter is tried again in the next second

    def _use_card(self):
        try:
            if not self.card.journal:
                load("storage.recovery").open_card(self)
            elif self.waiting:
                load("storage.quarter_store").move_pending(self)
        except MemoryError:
            gc.collect()  # _use_card() is called again in the next second
        except Exception as error:  # the card may contain anything
            self.card.fail(error)
