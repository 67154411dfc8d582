"""The log: the newest lines in memory, all of them on the console."""

from micropython import const

from overlay import load

_LINES = const(20)
_LONGEST = const(120)
_SAVED_S = const(60)


class Log:
    """What is worth telling somebody who looks after the device. Never a password, nor what a user typed."""

    def __init__(self, board):
        self.lines = []
        # The first line of the newest crash report, None when there never was one.
        self.crash_line = load("crash_report").newest(board).split("\n")[0] or None
        self.local_s = None  # by the meter's clock
        self.board = board
        self._up_s = 0

    def note(self, line):
        """Keep a line for /crashlog.txt, and print it."""
        print(line)
        line = line[:_LONGEST]
        if line not in self.lines[-2:]:  # what fails again and again leaves room for the rest
            self.lines.append(line)
            del self.lines[:-_LINES]

    def fault(self, name, error):
        """A task has failed with this exception, or hangs (None): a report of it survives a reset."""
        try:
            load("crash_report").report(self, name, error)
        except MemoryError:
            print("no memory to report", name)

    def each_second(self):
        """Move a report to flash once a start has lasted: at most one write a minute, also in a loop of restarts."""
        self._up_s += 1
        if self._up_s == _SAVED_S:
            load("crash_report").save(self.board)
