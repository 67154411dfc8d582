"""The board tool: it installs the firmware on a board over the cable and looks after it.

`scripts/firmware` starts the tool. It needs no shell, so it works the same on Linux, macOS and Windows. Its packages
are the dependency group `board` of pyproject.toml. build_tool/ builds the files that it installs.
"""
