"""Reads tests/demand_vectors.json within the memory of a board: one vector is one line of it."""

import json


def group(name):
    """The vectors of one group, one at a time."""
    with open("tests/demand_vectors.json") as file:
        for line in file:
            if line.startswith('"' + name + '": ['):
                break
        for line in file:
            if line.startswith("]"):
                break
            yield json.loads(line.rstrip().rstrip(","))


def expand(runs):
    """[[2, 300], [1, None]] is [300, 300, None]."""
    return [value for count, value in runs for _ in range(count)]


def moment(text):
    """The moment of a stamp such as 240112231500W."""
    from meter import timestamp

    return timestamp.parse(text.encode())
