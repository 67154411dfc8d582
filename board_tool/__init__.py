"""From the sources to a board and back: builds the firmware, puts it on over the cable, and looks after it.

`scripts/firmware` starts it. It needs no shell, so that it does the same on Linux, macOS and Windows; its
packages are the dependency group `board` of pyproject.toml.
"""
