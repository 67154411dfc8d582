// Areas of Python's heap, which grows as it does on an ESP32 (MicroPython's ports/esp32/gccollect.c).
//
// An ESP32 starts with one area, and takes further ones from ESP-IDF's memory. Here `-X heapsize=N` is one area of N/2,
// and N/2 bytes for a second one. The environment's AREAS_OFFER is a number of bytes beside these, which a third area
// would take. AREAS_LOG is a file that gets a line "areas COUNT" for each area that is taken.
//
// A board with the project's own image has code in its partition `romfs` (romfs.c), and a larger first area. With ROMFS
// in the environment, nothing is set aside for a second area, and the image's own function refuses a third one.

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include "py/gc.h"
#include "py/mpstate.h"

void *two_areas_take(size_t size); // image/two_areas.c

static size_t left;

size_t gc_get_max_new_split(void) {
    return left;
}

// MicroPython's main has made two areas. Return the second one, which is empty, before anything is allocated.
void areas_start(void) {
    mp_state_mem_area_t *first = &MP_STATE_MEM(area);
    void *second = first->next;
    first->next = NULL;
    areas_give(second);
    if (getenv("ROMFS")) {
        left = 0;
    }
    const char *offer = getenv("AREAS_OFFER");
    if (offer) {
        left += strtoul(offer, NULL, 10);
    }
}

// The new area is not in the list yet. A system call writes the line, because this runs inside of an allocation.
static void log_areas(const char *path) {
    int count = 1;
    for (mp_state_mem_area_t *area = &MP_STATE_MEM(area); area; area = area->next) {
        count++;
    }
    char line[32];
    int length = snprintf(line, sizeof(line), "areas %d\n", count);
    int file = open(path, O_WRONLY | O_CREAT | O_APPEND, 0666);
    if (file < 0 || write(file, line, length) != length) {
        perror(path);
        abort();
    }
    close(file);
}

void *areas_take(size_t size) {
    void *area = getenv("ROMFS") ? two_areas_take(size) : malloc(size);
    const char *path = getenv("AREAS_LOG");
    if (area && path) {
        log_areas(path);
    }
    if (area) {
        left -= size;
    }
    return area;
}

// An area begins with its description, and contains the address of its end.
void areas_give(void *area) {
    left += ((mp_state_mem_area_t *)area)->gc_pool_end - (byte *)area;
    free(area);
}
