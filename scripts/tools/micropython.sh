# Debian's 32-bit MicroPython, whose objects are as large as the board's. An x86-64 Linux runs it natively.

setup_micropython32() {
    local root="$ROOT/.tools/micropython32"
    if [ "$(uname -sm)" != "Linux x86_64" ] || ! command -v apt-get >/dev/null; then
        skip "32-bit MicroPython" "it needs Linux on x86-64 with apt-get"
        return
    fi
    say "32-bit MicroPython from Debian"
    debian_unpack "$root" i386 micropython
    debian_relink "$root/usr/bin/micropython" "$(debian_libraries "$root")"
    if ! "$root/usr/bin/micropython" -c 'pass'; then
        skip "32-bit MicroPython" "this kernel runs no 32-bit programs"
        return
    fi
    ln -sfn ../micropython32/usr/bin/micropython .tools/bin/micropython32
}
