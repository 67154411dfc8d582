#define MICROPY_HW_BOARD_NAME "p1-monitor"
#define MICROPY_HW_MCU_NAME "ESP32-C3"

// As in the stock image, for modules whose USB connector is that of an external converter.
#define MICROPY_HW_ENABLE_UART_REPL (1)

// Code in the partition `romfs` (partitions.csv), which takes no memory
#define MICROPY_VFS_ROM (1)

// A day of the firmware passes in one area (benchmarks/romfs.py). two_areas.c refuses a third one.
#define MICROPY_GC_INITIAL_HEAP_SIZE (96 * 1024)
#define MP_PLAT_ALLOC_HEAP(size) two_areas_take(size)
#include <stddef.h>
void *two_areas_take(size_t size);

#define MICROPY_PY_BLUETOOTH (0)
