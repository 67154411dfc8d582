"""Parts that are loaded while they are used: all code of the firmware lives in RAM, at 1.7 bytes for each of .mpy."""

import sys


def borrow(module, name=None):
    """A function of a module, or all of it; when it has been used and let go, the module's memory comes back."""
    function = __import__(module, None, None, (module,))
    if name:
        function = getattr(function, name)
    del sys.modules[module]
    package, _, part = module.rpartition(".")
    if package:
        delattr(sys.modules[package], part)
    return function
