"""The log: the newest lines in memory, all of them on the console."""

from micropython import const

_LINES = const(20)
_LONGEST = const(120)


class Log:
    """What is worth telling somebody who looks after the device. Never a password, nor what a user typed."""

    def __init__(self, board):
        self.lines = []
        self.crash_line = None  # the newest crash, of this start or an earlier one
        self._board = board

    def note(self, line):
        """Keep a line for /crashlog.txt, and print it."""
        print(line)
        self.lines.append(line[:_LONGEST])
        del self.lines[:-_LINES]

    def fault(self, name, error):
        """A task has failed, and will be started again."""
        self.crash("%s: %s" % (name, type(error).__name__))

    def crash(self, what):
        self.note(what)
        self.crash_line = what
