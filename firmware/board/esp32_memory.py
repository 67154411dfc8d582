"""Handling of low memory on an ESP32: lines in the log, and a restart to free a third area of Python's heap.

If both areas are full, MicroPython takes a third area out of the system memory, which Wi-Fi and the sockets need. The
firmware cannot prevent a third area. MicroPython gives an area back if a garbage collection finds the area empty. An
area that is never empty is only freed by a restart. Loaded on demand.
"""

import gc
from micropython import const

# After a line about the free system memory, the next line is logged when the free system memory is lower by more than
# this number of bytes.
_STEP = const(4096)
_COLLECT_S = const(60)
_PATIENCE_S = const(600)
# The restart waits at most this number of seconds for the end of a quarter, because no quarter ends without telegrams.
_QUARTER_S = const(900)


def see(board):
    """Log a new lowest value of the free system memory, and start a watch if Python's heap has a third area."""
    device = board.device
    if board.lowest < board.note_below:
        board.note_below = board.lowest - _STEP
        device.note("System memory: %d bytes were free at the lowest" % board.lowest)
    if board.areas > board.watch_above:
        board.python_free()  # count again: Wi-Fi may have taken memory during the first count
        if board.areas > board.watch_above:
            ThirdArea(device)


class ThirdArea:
    """Watch of a third area: collects garbage, and restarts the board if the area stays for ten minutes.

    The restart comes after the end of a quarter, when the quarter is stored. If no quarter ends within 15 minutes, the
    restart waits no longer for the end.
    """

    def __init__(self, device):
        self._device = device
        self._collect_s = device.clock.uptime_s()
        self._restart_s = self._collect_s + _PATIENCE_S
        self._quarter = None
        device.board.watch_above += 1
        device.note("Python took a third area of memory from Wi-Fi")
        # Each look-up of a method makes a new object. Therefore store the method, so that remove() gets the same
        # object as append().
        self._each_second = self.each_second
        device.supervisor.each_second.append(self._each_second)

    def each_second(self):
        device = self._device
        board = device.board
        now_s = device.clock.uptime_s()
        board.python_free()
        if board.areas < board.watch_above:
            device.supervisor.each_second.remove(self._each_second)
            board.watch_above -= 1
            device.note("Python gave the third area of memory back")
        elif now_s < self._restart_s:
            self._quarter = device.coach.start
            if now_s >= self._collect_s:
                self._collect_s = now_s + _COLLECT_S
                gc.collect()
        elif self._may_restart(now_s):
            device.log.fault("memory", MemoryError("third area"))
            device.restart()

    def _may_restart(self, now_s):
        """True if a quarter has ended and is stored, and no update is under way."""
        device = self._device
        start = device.coach.start
        if start is not None and start == self._quarter and now_s < self._restart_s + _QUARTER_S:
            return False
        return not device.recorder.has_ended and device.update["state"] not in ("receiving", "restarting")
