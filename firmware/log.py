"""The log: the newest lines in memory, all of them on the console."""

from micropython import const

from overlay import load

_LINES = const(20)
_LONGEST = const(120)
_SAVED_S = const(60)


class Log:
    """The newest lines for the person who maintains the device. They never contain a password or what a user typed."""

    def __init__(self, board):
        self.lines = []
        # The first line of the newest crash report, None if there never was one.
        self.crash_line = load("crash_report").newest(board).split("\n")[0] or None
        self.local_s = None  # by the meter's clock, None before the first telegram
        self.board = board
        self._up_s = 0

    def note(self, line):
        """Print a line, and store it for /crashlog.txt."""
        print(line)
        line = line[:_LONGEST]
        if line not in self.lines[-2:]:  # a fault that repeats does not push out the other lines
            self.lines.append(line)
            del self.lines[:-_LINES]

    def fault(self, name, error):
        """Report that a task failed with an exception, or hangs (None). The report survives a reset."""
        try:
            load("crash_report").report(self, name, error)
        except MemoryError:
            print("no memory to report", name)

    def each_second(self):
        """Move a report to flash a minute after the start, so that a loop of restarts writes at most once a minute."""
        self._up_s += 1
        if self._up_s == _SAVED_S:
            load("crash_report").save(self.board)
