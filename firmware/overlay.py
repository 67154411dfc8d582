"""Loads modules on demand, because all code lives in RAM and takes 1.7 bytes for each byte of .mpy."""

import sys


def load(module):
    """Import a module without keeping it: its memory is freed once nothing refers to it or to a function of it.

    Do not keep the module in a variable across an `await`, because it then stays in memory as long as that waits.
    """
    loaded = __import__(module, None, None, (module,))
    del sys.modules[module]
    package, _, part = module.rpartition(".")
    if package:  # a board has all modules in one folder
        delattr(sys.modules[package], part)
    return loaded
