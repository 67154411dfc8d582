"""Parts that are loaded while they are used: all code of the firmware lives in RAM, at 1.7 bytes for each of .mpy."""

import sys


def load(module):
    """Return a module that nothing keeps: once neither it nor one of its functions is in use, its memory comes back.

    Never hold it in a variable across an `await`: it would take its memory as long as that waits.
    """
    loaded = __import__(module, None, None, (module,))
    del sys.modules[module]
    package, _, part = module.rpartition(".")
    if package:  # on a board all modules lie in one folder
        delattr(sys.modules[package], part)
    return loaded
