"""Stand-in for MicroPython's `esp32`: the memory that ESP-IDF has left on a C3 with Wi-Fi, as seen on an emulated one.

Python's heap takes its areas from it (heap.py). What else takes memory adds a function to `draws`.
"""

HEAP_DATA = 4

# The two large regions: bytes in all, bytes free while Python has two areas, and the largest piece of those.
_REGIONS = (200704, 30000, 26624), (118784, 12872, 9216)
OTHERS = [(10240, 2048, 1792, 944), (6144, 5120, 4864, 916)]  # regions from which Wi-Fi takes nothing

draws = []  # functions that return the bytes which something takes at the moment; the first region gives them first
_lowest = [1 << 20] * len(_REGIONS)


def idf_heap_info(_):
    """(total, free, largest, least free) of each region."""
    taken = sum([draw() for draw in draws])
    found = []
    for index, (total, free, largest) in enumerate(_REGIONS):
        here = min(taken, free)
        taken -= here
        free -= here
        _lowest[index] = min(_lowest[index], free)
        found.append((total, free, max(largest - here, free // 4), _lowest[index]))
    return found + OTHERS
