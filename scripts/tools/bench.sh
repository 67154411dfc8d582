# Programs of the benchmarks. valgrind counts instructions of a MicroPython that is a plain program, because the one on
# PyPI is a library of CPython. Lighthouse rates the page.

setup_lighthouse() {
    local folder="$ROOT/.tools/lighthouse"
    if ! command -v npm >/dev/null; then
        skip "Lighthouse" "install Node.js with npm"
        return
    fi
    say "Lighthouse from npm"
    mkdir -p "$folder"
    cp scripts/tools/lighthouse/package*.json "$folder"
    quietly "installing Lighthouse" npm ci --prefix "$folder" --ignore-scripts --no-audit --no-fund
}

setup_bench() {
    local root="$ROOT/.tools/micropython-callgrind"
    if [ "$(uname -s)" != Linux ] || ! command -v apt-get >/dev/null; then
        skip "valgrind and its MicroPython" "they need Linux with apt-get"
        return
    fi
    setup_uv
    say "MicroPython for callgrind from Debian"
    debian_unpack "$root" "$(dpkg --print-architecture)" micropython
    debian_relink "$root/usr/bin/micropython" "$(debian_libraries "$root")"
    ln -sfn ../micropython-callgrind/usr/bin/micropython .tools/bin/micropython-callgrind
    setup_valgrind
}

# .tools/bin/valgrind is a script and no link, because valgrind finds its other files by the path it is called with.
setup_valgrind() {
    local system root="$ROOT/.tools/valgrind"
    rm -f .tools/bin/valgrind
    if system=$(command -v valgrind); then
        printf '#!/bin/sh\nexec %s "$@"\n' "$system" >.tools/bin/valgrind
    else
        say "valgrind from Debian"
        debian_unpack "$root" "$(dpkg --print-architecture)" valgrind libc6-dbg-
        debian_relink "$root/usr/bin/valgrind.bin" "$(debian_libraries "$root")"
        printf '#!/bin/sh\nVALGRIND_LIB=%s exec %s "$@"\n' "$root/usr/libexec/valgrind" "$root/usr/bin/valgrind" \
            >.tools/bin/valgrind
    fi
    chmod +x .tools/bin/valgrind
}
