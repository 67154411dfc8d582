"""A Belgian household and its digital meter on a serial line, and a board that reads it.

The way the data goes: clock and weather -> household -> meter -> dialect -> line -> board.
Everything is a function of a seed and a moment, so that a run can be repeated exactly.
"""
