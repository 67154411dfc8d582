# Image of MicroPython for boards with an ESP32-C3 that run p1-monitor's code in the flash (docs/updating.md).
include(boards/mpconfigboard_esp32c3_common.cmake)

list(REMOVE_ITEM SDKCONFIG_DEFAULTS boards/sdkconfig.ble)
list(APPEND SDKCONFIG_DEFAULTS ${MICROPY_BOARD_DIR}/sdkconfig.board)

# ESP-IDF takes the path of the partition table from a file of settings, which knows no variables of CMake.
file(WRITE ${CMAKE_BINARY_DIR}/sdkconfig.partitions
    "CONFIG_PARTITION_TABLE_CUSTOM_FILENAME=\"${MICROPY_BOARD_DIR}/../partitions.csv\"\n")
list(APPEND SDKCONFIG_DEFAULTS ${CMAKE_BINARY_DIR}/sdkconfig.partitions)

set(MICROPY_SOURCE_BOARD ${MICROPY_BOARD_DIR}/../two_areas.c)
