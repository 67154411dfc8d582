// MicroPython for this computer with the limits of an ESP32-C3 (MicroPython's ports/esp32/mpconfigport.h).
#define MICROPY_CONFIG_ROM_LEVEL (MICROPY_CONFIG_ROM_LEVEL_EXTRA_FEATURES)
#define MICROPY_FLOAT_IMPL (MICROPY_FLOAT_IMPL_FLOAT)

// The heap grows by a second area, as on the board (areas.c). Main makes both areas, and areas_start returns the second.
#define MICROPY_GC_SPLIT_HEAP (1)
#define MICROPY_GC_SPLIT_HEAP_AUTO (1)
#define MICROPY_GC_SPLIT_HEAP_N_HEAPS (2)
#define MICROPY_PORT_INIT_FUNC areas_start()
#define MP_PLAT_ALLOC_HEAP(size) areas_take(size)
#define MP_PLAT_FREE_HEAP(area) areas_give(area)
#include <stddef.h>
void areas_start(void);
void *areas_take(size_t size);
void areas_give(void *area);

#include "variants/mpconfigvariant_common.h"

// The partition `romfs` (romfs.c)
#undef MICROPY_VFS_ROM_IOCTL
#define MICROPY_VFS_ROM_IOCTL (1)

#undef MICROPY_ERROR_REPORTING
#define MICROPY_ERROR_REPORTING (MICROPY_ERROR_REPORTING_NORMAL)
#define MICROPY_PY_HASHLIB_SHA256 (1)
#define MICROPY_PY_IO_BUFFEREDWRITER (1)
#define MICROPY_PY_ALL_INPLACE_SPECIAL_METHODS (1)

// Clang gives C no name for each register, so the collector reads them from a jump buffer.
#define MICROPY_GCREGS_SETJMP (1)
#if defined(__riscv)
#define MICROPY_EMIT_RV32 (1)
#endif
