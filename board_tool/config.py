"""The command `firmware config`: edit a board's config.json. The board checks the settings before they are saved."""

import json
import os
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from board_tool import board_json
from board_tool.connection import BoardConnection
from board_tool.ports import find_port
from build_tool.errors import ToolError

_NAME = "config.json"
_HIDDEN = "(unchanged)"
# Keys that the firmware adds to the board's config.json (firmware/settings/store.py). The editor shows no such key.
_FIRMWARE_KEYS = ("card_seen", "newer_than_card")


def edit(port: str | None) -> None:
    """Let the owner edit the settings. Save the changes and restart the board. ToolError if a setting is not valid."""
    with BoardConnection(find_port(port)) as connection:
        stored = _parse(connection.read(_NAME) or b"{}")
        changed = _let_owner_edit(stored)
        if changed is None:
            print("nothing changed")
            return
        _check_on_board(connection, changed)
        # The key newer_than_card makes the board copy the changed settings to the card at its next start.
        connection.write(_NAME, board_json.encode({**changed, "newer_than_card": True}))
        connection.restart()
    print("saved; the board restarts with the new settings")


def _let_owner_edit(stored: dict[str, Any]) -> dict[str, Any] | None:
    """Return the edited settings, None if nothing changed. The editor shows a placeholder for the Wi-Fi password."""
    shown = {section: value for section, value in stored.items() if section not in _FIRMWARE_KEYS}
    wifi = shown.get("wifi")
    password = wifi.get("password") if isinstance(wifi, dict) else None
    if password:
        shown["wifi"] = {**shown["wifi"], "password": _HIDDEN}
    edited = _parse(_run_editor(shown))
    if edited == shown:
        return None
    wifi = edited.get("wifi")
    if isinstance(wifi, dict) and wifi.get("password") == _HIDDEN:
        wifi["password"] = password
    return edited


def _parse(content: bytes) -> dict[str, Any]:
    try:
        # json.loads() accepts UTF-8 and UTF-16. Windows Notepad can write both.
        value = json.loads(content)
        value = json.loads(board_json.encode(value))
    except UnicodeDecodeError:
        raise ToolError(f"{_NAME} is not in UTF-8; nothing was changed") from None
    except ValueError as error:
        raise ToolError(f"{_NAME} is not valid JSON: {error}; nothing was changed") from None
    if not isinstance(value, dict):
        raise ToolError(f"{_NAME} must be a JSON object, in braces; nothing was changed")
    return value


def _run_editor(settings: dict[str, Any]) -> bytes:
    editor = os.environ.get("VISUAL") or os.environ.get("EDITOR") or ("notepad" if os.name == "nt" else "vi")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / _NAME
        path.write_text(json.dumps(settings, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
        try:
            done = subprocess.run([*shlex.split(editor, posix=os.name != "nt"), str(path)], check=False)
        except OSError as error:
            raise ToolError(f"the editor {editor} cannot be started ({error.strerror}): set EDITOR") from None
        if done.returncode:
            raise ToolError("the editor ended with an error; nothing was changed")
        return path.read_bytes()


def _check_on_board(connection: BoardConnection, settings: dict[str, Any]) -> None:
    """Let the board check the settings. If the settings have faults, print the faults on stderr and raise ToolError."""
    faults = connection.run(
        "import json,sys\n"
        "def find():\n"
        " try:\n  from cable import check\n  return check\n"
        " except ImportError:\n"  # version 0.1.0
        "  from settings.schema import check\n  return lambda settings: check(settings)[1]\n"
        "try:\n check = find()\n"
        "except ImportError:\n sys.path.insert(0, open('slot.txt').read()[0])\n check = find()\n"
        f"for key, fault in check(json.loads({board_json.encode(settings)!r})): print(fault)\n"
    )
    if faults.strip():
        sys.stderr.write(faults.replace("\r", ""))
        raise ToolError("nothing was changed")
