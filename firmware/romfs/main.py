"""Start of a firmware whose code is in the flash partition `romfs`. In place of loader/main.py, beside loader/slot.py.

The folders a and b, from which slot.py chooses, have only the manifest and the signatures of a version. The code of
the version is in the slice of the same name (firmware/update/slice.py), and runs in the flash. Only the slice that was
chosen is mounted, because the other slice may be incomplete.
"""

import sys
import vfs

import slot  # type: ignore[import-not-found]  # beside this file on the board

chosen = slot.choose()
began = slot.begin(chosen)
del sys.modules["slot"], slot
if chosen:
    try:
        sys.path[0] = "/rom/" + chosen[0]
        # Slice a begins at 4 KB, slice b 256 KB later.
        first = 0x1000 if chosen[0] == "a" else 0x41000
        content = memoryview(vfs.rom_ioctl(2, 0))[first : first + 0x40000]
        vfs.mount(vfs.VfsRom(content), sys.path[0])  # type: ignore[attr-defined]  # not in the stock image
        import main  # noqa: F401
    except Exception as error:
        __import__("slot").failed(chosen, error, began)
