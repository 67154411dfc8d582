"""A Belgian household and its digital meter on a serial line, and a board that reads it.

The data flows from clock and weather through household, meter, dialect and P1 port to the board.
Everything is a function of a seed and a moment, so that a run can be repeated exactly.
"""
