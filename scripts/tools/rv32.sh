# The 32-bit MicroPython as RISC-V code, for `scripts/test --rv32`. Debian's qemu-user runs it. An ESP32-C3 has RV32IMC.
# The C library musl needs the atomic instructions as well.

setup_rv32() {
    local folder="$ROOT/.tools/micropython-rv32" qemu="$ROOT/.tools/qemu"
    if [ "$(uname -sm)" != "Linux x86_64" ] || ! command -v apt-get >/dev/null; then
        stop "RISC-V: it needs Linux on x86-64 with apt-get"
    fi
    setup_uv
    micropython_build micropython-rv32 "riscv32-linux-musl -mcpu=generic_rv32+m+a+c" \
        || stop "RISC-V: $MICROPYTHON_FAULT"
    say "RISC-V: qemu-user from Debian, 73 MB, of which one program stays"
    debian_unpack "$qemu" "$(dpkg --print-architecture)" qemu-user
    mv "$qemu/usr/bin/qemu-riscv32" "$folder/"
    rm -rf "$qemu"
    printf '#!/bin/sh\nexec "%s/qemu-riscv32" "%s/micropython" "$@"\n' "$folder" "$folder" >.tools/bin/micropython-rv32
    chmod +x .tools/bin/micropython-rv32
    micropython_check .tools/bin/micropython-rv32 || stop "RISC-V: $MICROPYTHON_FAULT"
}
