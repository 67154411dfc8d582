"""Puts the firmware on a board over the cable, and looks after it there.

`scripts/firmware` starts it. It needs no shell, so that it does the same on Linux, macOS and Windows; its
packages are the dependency group `board` of pyproject.toml. What it puts on a board is made by build_tool/.
"""
