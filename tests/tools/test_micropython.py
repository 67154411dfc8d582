"""Where MicroPython comes from: a download that is the pinned one, or a file of the owner."""

import hashlib
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from board_tool import flash
from build_tool import boards
from build_tool.boards import BOARDS, Image
from build_tool.errors import ToolError

CONTENT = b"MicroPython" * 1000
PINNED = Image(name="X.bin", sha256=hashlib.sha256(CONTENT).hexdigest())


@pytest.fixture
def downloads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, socket_enabled: None) -> Iterator[Path]:
    """The folder that a site offers."""
    folder = tmp_path / "site"
    folder.mkdir()
    monkeypatch.setattr(flash, "_CACHE", tmp_path / "cache")
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(SimpleHTTPRequestHandler, directory=folder)) as server:
        monkeypatch.setattr(boards, "_DOWNLOADS", f"http://127.0.0.1:{server.server_port}/")
        Thread(target=server.serve_forever, daemon=True).start()
        yield folder
        server.shutdown()


def test_pinned_image_is_downloaded_once(downloads: Path) -> None:
    (downloads / "X.bin").write_bytes(CONTENT)
    path = flash.image_file(PINNED, None)
    assert path.read_bytes() == CONTENT

    (downloads / "X.bin").unlink()
    assert flash.image_file(PINNED, None) == path


def test_image_whose_download_was_cut_is_fetched_anew(downloads: Path) -> None:
    (downloads / "X.bin").write_bytes(CONTENT)
    flash.image_file(PINNED, None).write_bytes(CONTENT[:500])

    assert flash.image_file(PINNED, None).read_bytes() == CONTENT


def test_image_that_is_not_the_pinned_one_is_not_kept(downloads: Path) -> None:
    (downloads / "X.bin").write_bytes(b"other")
    with pytest.raises(ToolError, match="nothing was written"):
        flash.image_file(PINNED, None)
    (downloads / "X.bin").unlink()
    with pytest.raises(ToolError, match="cannot be downloaded"):
        flash.image_file(PINNED, None)


def test_image_that_is_not_pinned_is_asked_for(downloads: Path) -> None:
    (downloads / "X.bin").write_bytes(CONTENT)
    with pytest.raises(ToolError, match="--micropython FILE"):
        flash.image_file(Image(name="X.bin"), None)


def test_file_of_the_owner_is_taken(tmp_path: Path) -> None:
    (tmp_path / "mine.bin").write_bytes(CONTENT)
    assert flash.image_file(PINNED, tmp_path / "mine.bin") == tmp_path / "mine.bin"
    with pytest.raises(ToolError, match="there is no file"):
        flash.image_file(PINNED, tmp_path / "none.bin")


def test_board_of_the_documents_needs_no_file() -> None:
    assert BOARDS["t8_c3"].image.sha256
