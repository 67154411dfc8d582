"""Board tool: installs the firmware on a board over the USB cable, and maintains the board.

`scripts/firmware` starts the tool on Linux, macOS and Windows. No shell is needed. The tool's Python packages are the
dependency group `board` of pyproject.toml. build_tool/ builds the files that the tool installs.
"""
