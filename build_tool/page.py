"""Build of a web page: one file with scripts, styles and icons inside, and the header lines of its HTTP reply."""

import base64
import hashlib
import json
import re
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

import zopfli.gzip

ROOT = Path(__file__).parent.parent
SOURCES = ROOT / "firmware/page"
ESBUILD = ("node", ROOT / "node_modules/esbuild/bin/esbuild")
_UPLOT = ROOT / "node_modules/uplot"
_LICENCE = _UPLOT / "LICENSE"  # uPlot's licence, required in each copy of uPlot
# Lines of uPlot that export functions which no chart of the page calls. The build removes these lines. Then esbuild
# leaves out these functions too. The functions are 3 % of the page.
_UNUSED = re.compile(
    r"^\s*\(?(?:uPlot\.(?:addGap|assign|clipGaps|fmtDate|fmtNum|join|orient|range\w+|sync|tzDate)"
    r"|paths\.(?:spline|stepped))\s*= .*$",
    re.MULTILINE,
)
STANDALONE = ("setup.html", "update.html")
"""Pages that are not bundled: setup opens in a phone's small window, and an update must work if the page fails."""
PAGES = ("index.html", *STANDALONE)

_PACKAGE = ROOT / "package.json"
# The supported browsers in the notation of esbuild: "safari >= 15.4" becomes "safari15.4".
_BROWSERS = [
    browser.replace("ios_saf", "ios").replace(" >= ", "")
    for browser in json.loads(_PACKAGE.read_text(encoding="utf-8"))["browserslist"]
]
_TARGET = f"--target={','.join(_BROWSERS)}"
OPTIONS = ("--bundle", "--loader:.svg=text", _TARGET)
_SCRIPT = '<script src="built/main.js"></script>'
_STYLE = '<link rel="stylesheet" href="built/page.css">'


def sources(name: str) -> list[Path]:
    """Return all files on which the build of a page depends: the page's sources, and the lock file of the packages."""
    if name in STANDALONE:
        return [SOURCES / name, _PACKAGE, ROOT / "package-lock.json", Path(__file__)]
    own = [path for path in SOURCES.rglob("*") if path.is_file() and path.name not in STANDALONE]
    return [*own, ROOT / "docs/brand/icon.svg", _PACKAGE, ROOT / "package-lock.json", Path(__file__)]


def build(name: str) -> tuple[bytes, bytes]:
    """Build a page. Return (content compressed with gzip, header lines of the HTTP reply).

    SyntaxError if esbuild is missing or cannot compile a source.
    """
    html = (SOURCES / name).read_text(encoding="utf-8")
    if name in STANDALONE:
        html = _minify_inline(_minify_inline(html, "style", "css"), "script", "js", "--format=iife")
    else:
        script = bundle("main.js", "--format=iife", "--define:DEVELOPING=false", "--charset=utf8")
        script = script.replace("</script", "<\\/script")
        html = html.replace(_STYLE, f"<style>{bundle('page.css')}</style>")
        html = html.replace(_SCRIPT, f"<script>{script}</script>")
    content: bytes = zopfli.gzip.compress(html.encode())
    return content, _header_lines(content, html).encode()


def bundle(entry: str, *more: str) -> str:
    """Return a source file together with all files that this file imports, minified.

    SyntaxError if esbuild is missing or cannot compile a file.
    """
    banner = f"--banner:js=/*! uPlot: {_LICENCE.read_text(encoding='utf-8')}*/"
    with TemporaryDirectory() as folder:
        charts = Path(folder, "uplot.js")
        original = (_UPLOT / "dist/uPlot.esm.js").read_text(encoding="utf-8")
        charts.write_text(_UNUSED.sub("", original), encoding="utf-8")
        return _esbuild("", SOURCES / entry, banner, *OPTIONS, f"--alias:uplot={charts}", *more)


def _minify_inline(html: str, tag: str, loader: str, *more: str) -> str:
    """Return a page with its inline script or style minified and translated for the oldest supported browsers."""
    before, start, rest = html.partition(f"<{tag}>")
    source, end, after = rest.partition(f"</{tag}>")
    small = _esbuild(source, f"--loader={loader}", _TARGET, "--charset=utf8", *more)
    return f"{before}{start}{small}{end}{after}"


def _esbuild(source: str, *arguments: str | Path) -> str:
    """Run esbuild with these arguments. Return the minified output. `source` is the standard input of esbuild."""
    try:
        done = subprocess.run(
            [*ESBUILD, "--minify", "--log-level=warning", *arguments],
            input=source,
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
    except FileNotFoundError:
        raise SyntaxError("esbuild is missing: install Node.js with npm, then run scripts/setup") from None
    if done.returncode:
        raise SyntaxError(f"firmware/page: {done.stderr.strip()}")
    return done.stdout.strip()


def _header_lines(content: bytes, html: str) -> str:
    """Return the header lines of a page's HTTP reply.

    With these lines, a browser revalidates its copy of the page by the ETag and runs only the page's own scripts.
    """
    policy = {
        "default-src": "'none'",
        "script-src": _hash(html, "script"),
        "style-src": _hash(html, "style"),
        "connect-src": "'self'",
        "img-src": "data:",
        "manifest-src": "data:",
        "base-uri": "'none'",
        "form-action": "'self'",
        "frame-ancestors": "'none'",
    }
    lines = {
        # Cache-Control must be the first line. Otherwise the server adds "no-store" (firmware/server/http.py).
        "Cache-Control": "no-cache",
        "Content-Encoding": "gzip",
        "ETag": f'"{hashlib.sha256(content).hexdigest()[:16]}"',
        "Content-Security-Policy": "; ".join(f"{name} {value}" for name, value in policy.items()),
        "X-Frame-Options": "DENY",
        "Referrer-Policy": "no-referrer",
    }
    return "".join(f"{name}: {value}\r\n" for name, value in lines.items())


def _hash(html: str, tag: str) -> str:
    inline = html.partition(f"<{tag}>")[2].partition(f"</{tag}>")[0]
    return f"'sha256-{base64.b64encode(hashlib.sha256(inline.encode()).digest()).decode()}'"
