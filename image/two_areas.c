// Python's heap gets at most two areas, so that it leaves the rest of the memory to Wi-Fi and the sockets.
//
// MicroPython takes a further area when a collection does not free enough (gc_try_add_heap in py/gc.c). It takes the
// memory from MP_PLAT_ALLOC_HEAP, which is this function. Without memory, the allocation raises MemoryError.

#include <stdlib.h>
#include "py/mpstate.h"

void *two_areas_take(size_t size) {
    return MP_STATE_MEM(area).next ? NULL : malloc(size);
}
