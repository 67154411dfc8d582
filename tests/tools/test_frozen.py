"""scripts/tools/frozen: what an image of MicroPython with the firmware inside is made of."""

import os
from pathlib import Path

import pytest

from build_tool.board_folder import SELECTED, modules_of, selected_source
from build_tool.bytecode import ROOT


def test_image_has_all_modules_of_the_board_by_the_paths_that_imports_look_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    frozen: dict[str, Path] = {}

    def freeze(path: str, names: str | tuple[str, ...], opt: int) -> None:
        for name in (names,) if isinstance(names, str) else names:
            assert name not in frozen
            frozen[name] = Path(path) / name

    monkeypatch.setitem(os.environ, "P1_ROOT", str(ROOT))
    monkeypatch.setitem(os.environ, "P1_BOARD", "t8_c3")
    manifest = ROOT / "scripts/tools/frozen/manifest.py"
    exec(compile(manifest.read_text(), manifest, "exec"), {"include": lambda _: None, "freeze": freeze})

    assert set(frozen) == {f"{module.replace('.', '/')}.py" for module in (*modules_of("t8_c3"), SELECTED)}
    assert all(path.exists() for path in frozen.values())
    assert "board/t8_c3.py" in frozen
    assert "board/host.py" not in frozen
    assert frozen["board/selected.py"].read_text() == selected_source("t8_c3")
