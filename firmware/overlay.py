"""Loading of modules on demand, because code is in RAM and needs 1.7 bytes for each byte of its .mpy file."""

import sys


def load(module):
    """Import and return a module, but do not keep it in sys.modules.

    The module's memory is freed once nothing refers to the module or to a function of the module. Do not keep the
    module in a variable across an `await`, because the module would stay in memory during the wait.
    """
    loaded = __import__(module, None, None, (module,))
    del sys.modules[module]
    package, _, part = module.rpartition(".")
    # On a board, only modules of native code are in a package. All other modules are in one folder.
    if package:
        delattr(sys.modules[package], part)
    return loaded
