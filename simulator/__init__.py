"""Simulator of a Belgian household, its digital meter, and a board that reads the meter over a serial line.

The data flows from the clock and the weather through household, meter, dialect and P1 port to the board. All data is a
function of a seed and a moment, so that a run can be repeated exactly.
"""
