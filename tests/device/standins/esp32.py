"""Stand-in for MicroPython's `esp32`."""

HEAP_DATA = 4


def idf_heap_info(_):
    """(total, free, largest, least free) of each region."""
    return [(130000, 60000, 40000, 50000), (115000, 50000, 30000, 40000)]
