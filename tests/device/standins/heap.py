"""Stand-in for MicroPython's `gc` on an ESP32, where Python's heap grows by areas out of ESP-IDF's memory (py/gc.c).

The first area has 64 KB. When all are full after a collection, the next one comes: as large as those before together,
or ESP-IDF's largest piece if that is smaller. A collection gives an area back that is empty, which the second never is.

In the place of a fault that keeps memory, the file `hoard` of the world has a number of bytes, which count as in use.
"""

import esp32
import gc
import sys

import world

_FIRST = 64000  # bytes for objects in an area of 64 KB
_BLOCK, _TABLES = 512, 524  # each 512 bytes of objects take 524 with the tables of the collector
_LEAST = 2048  # ESP-IDF's largest piece must be larger, or there is no further area
_LARGE = sys.maxsize >> 32  # not 0 where objects take about half as much again as on a board
_START = 3000  # bytes in use when a board begins its main.py

_areas = [_FIRST]
_of_tests = 0  # bytes in use that are not of the firmware
_grows = False  # True while the next area is looked for


def __getattr__(name):
    return getattr(gc, name)


def _taken():
    """Bytes that the areas take of ESP-IDF's memory more than two of 64 KB do."""
    _grow()
    return (sum(_areas) - 2 * _FIRST) * _TABLES // _BLOCK


def begin():
    """Count what is in use now as no part of the firmware."""
    global _of_tests
    gc.collect()
    _of_tests = gc.mem_alloc()


def _used():
    used = gc.mem_alloc() - _of_tests  # before the next line, which takes memory itself
    return (used * 2 // 3 if _LARGE else used) + _START + int(world.text("hoard", "0"))


def _largest():
    return max([largest for _, _, largest, _ in esp32.idf_heap_info(esp32.HEAP_DATA)])


def _grow():
    """Do what the collector has done by now, because an object found no room."""
    global _grows
    if not _grows and _used() > sum(_areas):
        _grows = True
        gc.collect()
        while _used() > sum(_areas) and (piece := _largest()) > _LEAST:
            _areas.append(min(sum(_areas), piece * _BLOCK // _TABLES))
        _grows = False


def mem_alloc():
    _grow()
    return _used()


def mem_free():
    _grow()
    return sum(_areas) - _used() + _largest()


def collect():
    gc.collect()
    while len(_areas) > 2 and _used() < sum(_areas[:-1]):
        _areas.pop()


esp32.draws.append(_taken)
sys.modules["gc"] = sys.modules["heap"]
