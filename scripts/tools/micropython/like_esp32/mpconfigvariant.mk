# What the firmware does not use, and what would need libraries that Debian's source package lacks.
QSTR_DEFS += $(VARIANT_DIR)/rom_names.h
FROZEN_MANIFEST ?= $(VARIANT_DIR)/manifest.py
MICROPY_PY_BTREE = 0
MICROPY_PY_FFI = 0
MICROPY_PY_JNI = 0
MICROPY_PY_SSL = 0
MICROPY_SSL_MBEDTLS = 0

# main.c has an empty ROMFS in place of a partition (romfs.c).
$(BUILD)/main.o: CFLAGS += -Dmp_vfs_rom_ioctl=unix_rom_ioctl
