# uv and a Python new enough for Home Assistant.

UV_OLDEST=0.9.0
UV_RELEASE=0.13.9
PYTHON_WANTED=">=3.14.2,<3.15"

setup_uv() {
    UV=$(command -v uv || true)
    if [ -n "$UV" ] && printf '%s\n' "$UV_OLDEST" "$("$UV" --version | awk '{ print $2 }')" | sort -V -C; then
        return
    fi
    UV="$ROOT/.tools/uv/bin/uv"
    [ -x "$UV" ] && return
    say "uv $UV_RELEASE from PyPI"
    # --target works without python3-venv, and where the system forbids pip to install (PEP 668).
    if python3 -m pip --version >/dev/null 2>&1; then
        quietly "uv from PyPI" python3 -m pip install --disable-pip-version-check \
            --target "$ROOT/.tools/uv" "uv==$UV_RELEASE"
    elif python3 -m venv "$ROOT/.tools/uv" >/dev/null 2>&1; then
        quietly "uv from PyPI" "$ROOT/.tools/uv/bin/pip" install --disable-pip-version-check "uv==$UV_RELEASE"
    else
        rm -rf "$ROOT/.tools/uv"
        stop "uv is missing, and python3 has no pip or venv to get it with: install uv (docs.astral.sh/uv) or python3-venv"
    fi
}

# Set PYTHON to one on this machine, else one that uv downloads, else one made from Debian's packages.
setup_python() {
    local private="$ROOT/.tools/python/usr/bin/python3.14"
    PYTHON=$(find_python) && return
    if ! "$private" -c "" 2>/dev/null; then
        say "Python 3.14"
        if UV_HTTP_RETRIES=1 UV_HTTP_TIMEOUT=30 "$UV" python install --quiet 3.14 2>/dev/null; then
            PYTHON=$(find_python)
            return
        fi
        [ "$(uname -s)" = Linux ] || stop "no network: uv could not download Python 3.14"
        say "Python 3.14 from Debian's packages, since uv cannot download one here"
        python_from_debian
    fi
    PYTHON=$private
    # For packages that are compiled, because no compiler looks for headers in this folder.
    export CPATH="$ROOT/.tools/python/usr/include"
}

find_python() { "$UV" python find --no-project --no-python-downloads --system "$PYTHON_WANTED" 2>/dev/null; }

# This Python uses a C library of its own, because the machine's may be older and must not be changed.
python_from_debian() {
    local prefix="$ROOT/.tools/python" libraries triplet
    debian_unpack "$prefix" "$(dpkg --print-architecture)" python3.14 python3.14-dev libstdc++6 \
        libc6-dev- libc-dev-bin- linux-libc-dev- libexpat1-dev- zlib1g-dev- # headers that are not this machine's
    libraries=$(debian_libraries "$prefix")
    triplet=${libraries##*/}
    debian_relink "$prefix/usr/bin/python3.14" "$libraries" "/lib/$triplet" "/usr/lib/$triplet"
}

setup_venv() {
    say "packages of uv.lock into .venv"
    command -v c++ >/dev/null \
        || stop "a C++ compiler is missing, which two packages of Home Assistant need: install g++ (macOS: xcode-select --install)"
    # The programs of an environment contain its path, so one that was moved here must be made again.
    grep -qsF "$ROOT/.venv" .venv/bin/activate || rm -rf .venv
    quietly "installing the packages of uv.lock" \
        env -u VIRTUAL_ENV UV_PROJECT_ENVIRONMENT="$ROOT/.venv" "$UV" sync --locked --python "$PYTHON"
}

# Stubs of the board's modules. They are outside .venv, because there they would hide CPython's own modules.
setup_typings() {
    rm -rf .tools/typings
    "$UV" export --quiet --locked --only-group typings --format requirements.txt >.tools/typings.txt
    quietly "installing the board's type stubs" \
        "$UV" pip install --python .venv/bin/python --target .tools/typings --requirement .tools/typings.txt
}
