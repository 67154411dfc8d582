# mkfs.fat formats cards as a PC does; fsck.fat checks them after a power cut.

setup_dosfstools() {
    local root="$ROOT/.tools/dosfstools" name program
    if ! PATH=$PATH:/usr/sbin:/sbin command -v fsck.fat >/dev/null; then
        if [ "$(uname -s)" != Linux ] || ! command -v apt-get >/dev/null; then
            skip "mkfs.fat and fsck.fat" "install dosfstools"
            return
        fi
        say "dosfstools from Debian"
        debian_unpack "$root" "$(dpkg --print-architecture)" dosfstools
    fi
    for name in mkfs.fat fsck.fat; do
        if ! program=$(PATH=$PATH:/usr/sbin:/sbin command -v "$name"); then
            program="$root/usr/sbin/$name"
            debian_relink "$program" "$(debian_libraries "$root")"
        fi
        ln -sfn "$program" ".tools/bin/$name"
    done
}
