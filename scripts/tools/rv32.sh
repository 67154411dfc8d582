# The same MicroPython as RISC-V code (RV32IMC and atomic instructions), which Debian's qemu-user runs, for
# `scripts/test --rv32`.

setup_rv32() {
    local folder="$ROOT/.tools/micropython-rv32" qemu="$ROOT/.tools/qemu"
    [ "$(uname -sm)" = "Linux x86_64" ] && command -v apt-get >/dev/null || stop "RISC-V: it needs Linux on x86-64 with apt-get"
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
