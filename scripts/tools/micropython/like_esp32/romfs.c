// The flash partition `romfs` of a board that has the project's own image of MicroPython (image/).
//
// The partition is the file that the environment's ROMFS names. The functions are those of MicroPython's
// ports/esp32/esp32_partition.c, for blocks of 4,096 bytes. As in NOR flash, an erase sets all bits of a block, and a
// write can only clear bits.

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include "py/mperrno.h"
#include "py/runtime.h"
#include "extmod/vfs.h"

#define BLOCK (4096)

static byte *content;
static size_t size;

static bool is_there(void) {
    const char *path = getenv("ROMFS");
    if (!content && path) {
        int file = open(path, O_RDWR);
        struct stat about;
        if (file < 0 || fstat(file, &about) != 0) {
            mp_raise_OSError(MP_EIO);
        }
        void *mapped = mmap(NULL, about.st_size, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
        close(file);
        if (mapped == MAP_FAILED) {
            mp_raise_OSError(MP_EIO);
        }
        content = mapped;
        size = about.st_size;
    }
    return content != NULL;
}

static byte *at(mp_obj_t block, size_t offset, size_t length) {
    size_t begin = mp_obj_get_int(block) * BLOCK + offset;
    if (begin > size || length > size - begin) {
        mp_raise_OSError(MP_EINVAL); // as ESP-IDF refuses it
    }
    return content + begin;
}

static mp_obj_t partition_readblocks(size_t n_args, const mp_obj_t *args) {
    mp_buffer_info_t buffer;
    mp_get_buffer_raise(args[2], &buffer, MP_BUFFER_WRITE);
    memcpy(buffer.buf, at(args[1], n_args == 4 ? mp_obj_get_int(args[3]) : 0, buffer.len), buffer.len);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(partition_readblocks_obj, 3, 4, partition_readblocks);

static mp_obj_t partition_writeblocks(size_t n_args, const mp_obj_t *args) {
    mp_buffer_info_t buffer;
    mp_get_buffer_raise(args[2], &buffer, MP_BUFFER_READ);
    byte *begin = at(args[1], n_args == 4 ? mp_obj_get_int(args[3]) : 0, buffer.len);
    if (n_args == 3) {
        // Without an offset, the whole length is erased first. ESP-IDF erases whole blocks only.
        if (buffer.len % BLOCK) {
            mp_raise_OSError(MP_EINVAL);
        }
        memset(begin, 0xff, buffer.len);
    }
    for (size_t i = 0; i < buffer.len; i++) {
        begin[i] &= ((byte *)buffer.buf)[i];
    }
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(partition_writeblocks_obj, 3, 4, partition_writeblocks);

static mp_obj_t partition_ioctl(mp_obj_t self, mp_obj_t request, mp_obj_t argument) {
    switch (mp_obj_get_int(request)) {
        case MP_BLOCKDEV_IOCTL_INIT:
        case MP_BLOCKDEV_IOCTL_DEINIT:
        case MP_BLOCKDEV_IOCTL_SYNC:
            return MP_OBJ_NEW_SMALL_INT(0);
        case MP_BLOCKDEV_IOCTL_BLOCK_COUNT:
            return MP_OBJ_NEW_SMALL_INT(size / BLOCK);
        case MP_BLOCKDEV_IOCTL_BLOCK_SIZE:
            return MP_OBJ_NEW_SMALL_INT(BLOCK);
        case MP_BLOCKDEV_IOCTL_BLOCK_ERASE:
            memset(at(argument, 0, BLOCK), 0xff, BLOCK);
            return MP_OBJ_NEW_SMALL_INT(0);
        default:
            return mp_const_none;
    }
}
static MP_DEFINE_CONST_FUN_OBJ_3(partition_ioctl_obj, partition_ioctl);

static mp_int_t partition_get_buffer(mp_obj_t self, mp_buffer_info_t *buffer, mp_uint_t flags) {
    if (flags != MP_BUFFER_READ) {
        return 1;
    }
    buffer->buf = content;
    buffer->len = size;
    buffer->typecode = 'B';
    return 0;
}

static const mp_rom_map_elem_t partition_names_table[] = {
    { MP_ROM_QSTR(MP_QSTR_readblocks), MP_ROM_PTR(&partition_readblocks_obj) },
    { MP_ROM_QSTR(MP_QSTR_writeblocks), MP_ROM_PTR(&partition_writeblocks_obj) },
    { MP_ROM_QSTR(MP_QSTR_ioctl), MP_ROM_PTR(&partition_ioctl_obj) },
};
static MP_DEFINE_CONST_DICT(partition_names, partition_names_table);

static MP_DEFINE_CONST_OBJ_TYPE(
    partition_type,
    MP_QSTR_Partition,
    MP_TYPE_FLAG_NONE,
    buffer, partition_get_buffer,
    locals_dict, &partition_names
    );

static const mp_obj_base_t partition = { &partition_type };

mp_obj_t mp_vfs_rom_ioctl(size_t n_args, const mp_obj_t *args) {
    switch (mp_obj_get_int(args[0])) {
        case MP_VFS_ROM_IOCTL_GET_NUMBER_OF_SEGMENTS:
            return MP_OBJ_NEW_SMALL_INT(is_there());
        case MP_VFS_ROM_IOCTL_GET_SEGMENT:
            if (is_there()) {
                return MP_OBJ_FROM_PTR(&partition);
            }
        // fall through
        default:
            return MP_OBJ_NEW_SMALL_INT(-MP_EINVAL);
    }
}
