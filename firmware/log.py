"""The log: stores the newest lines in memory, and prints all lines on the console."""

from micropython import const

from overlay import load

_LINES = const(20)
_LONGEST = const(120)
_SAVED_S = const(60)


class Log:
    """The log for the person who maintains the device. The log never contains a secret.

    Of all texts that a user types, the log contains only the name of a client that asks for access.
    """

    def __init__(self, board):
        self.lines = []
        # The first line of the newest crash report, None if no report was ever stored.
        self.crash_line = load("crash_report").newest(board).split("\n")[0] or None
        self.local_s = None  # newest time of the meter's clock, None before the first telegram
        self.board = board
        self._up_s = 0

    def note(self, line):
        """Print a line, and store it for /crashlog.txt."""
        print(line)
        line = line[:_LONGEST]
        # Do not store a line that is equal to one of the two newest, because each stored line removes the oldest line.
        if line not in self.lines[-2:]:
            self.lines.append(line)
            del self.lines[:-_LINES]

    def fault(self, name, error):
        """Store a crash report in RTC memory. The task `name` failed with `error`, or hangs if `error` is None."""
        try:
            load("crash_report").report(self, name, error)
        except MemoryError:
            print("no memory to report", name)

    def each_second(self):
        """Move a crash report to flash 60 s after the start, so that frequent restarts do not write to flash often."""
        self._up_s += 1
        if self._up_s == _SAVED_S:
            load("crash_report").save(self.board)
