"""Board tool: installs the firmware on a board over the USB cable, and maintains the board.

`scripts/firmware` starts the tool. The tool needs no shell, so that it works the same on Linux, macOS and Windows. The
Python packages that it needs are the dependency group `board` of pyproject.toml. build_tool/ builds the files that the
tool installs.
"""
