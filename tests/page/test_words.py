"""The page's words and its sense of time, without a browser."""

import json
import re
import shutil
import subprocess
from typing import Any

import pytest

from build_tool import bytecode
from simulator import clock

NODE = shutil.which("node")
WORDS = bytecode.FIRMWARE / "page/i18n"
LANGUAGES = ("nl", "fr", "de", "en")
pytestmark = pytest.mark.skipif(NODE is None, reason="no Node.js here")


def run(script: str) -> Any:
    """What a module prints, as JSON; it runs among the page's sources, far from Belgium."""
    done = subprocess.run(
        [str(NODE), "--input-type=module"],
        input=script,
        cwd=bytecode.FIRMWARE / "page",
        env={"TZ": "America/Los_Angeles"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def words() -> dict[str, dict[str, str]]:
    imports = "".join(f'import {name} from "./i18n/{name}.js";' for name in LANGUAGES)
    found: dict[str, dict[str, str]] = run(f"{imports}console.log(JSON.stringify({{{','.join(LANGUAGES)}}}))")
    return found


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_word_is_missing_in_any_language(words: dict[str, dict[str, str]], language: str):
    assert list(words[language]) == list(words["en"])
    assert all(text.strip() for text in words[language].values())


@pytest.mark.parametrize("language", LANGUAGES)
def test_setup_form_names_the_characters_of_a_wifi_password(language: str):
    form = (bytecode.FIRMWARE / "page/setup.html").read_text()
    (reason,) = re.findall(rf'\n  {language}: {{.*?wrongs: {{.*? pass: "(.*?)"', form, re.DOTALL)
    assert re.search(r"8 \w+ 63 .* \(ASCII\), 64 .*hex", reason, re.IGNORECASE)


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_language_fills_in_the_same_values(words: dict[str, dict[str, str]], language: str):
    for key, text in words[language].items():
        assert sorted(re.findall(r"\{\w+\}", text)) == sorted(re.findall(r"\{\w+\}", words["en"][key])), key


def test_every_word_is_used(words: dict[str, dict[str, str]]):
    page = bytecode.FIRMWARE / "page"
    sources = "".join(path.read_text() for path in page.rglob("*.js") if path.parent != WORDS)
    made = {f"{way}T{tariff}" for way in ("import", "export") for tariff in range(1, 6)}
    unused = [
        word for word in words["en"] if word not in made and not re.search(rf'"{word}"|\b{word}:', sources)
    ]
    assert not unused


def test_quarters_of_each_day_are_those_of_the_meter():
    days = ["2026-01-15", "2026-03-28", "2026-03-29", "2026-03-30", "2026-10-24", "2026-10-25", "2026-10-26"]
    told = run(
        'import { quarterPath, quarterName, quarterStart, quartersOfDay } from "./meter_time.js";'
        f"const days = {json.dumps(days)};"
        "console.log(JSON.stringify(days.map((day) => quartersOfDay(day).map((start) =>"
        "[start, quarterPath(start), quarterStart(quarterName(start)) === start]))));"
    )
    for day, quarters in zip(days, told, strict=True):
        noon = clock.parse(f"{day}T12:00")
        assert len(quarters) == clock.quarters_of_day(noon)
        begin = clock.moment(*map(int, day.split("-")))
        for number, (start, path, returns) in enumerate(quarters):
            at = begin + number * clock.QUARTER_S
            letter = "S" if clock.is_summer(at) else "W"
            assert int(clock.utc(at).timestamp()) == start
            assert path == f"/meter/{clock.local(at):%Y/%m/%d/%H%M}{letter}.json"
            assert returns


def test_colours_of_tarif_impact_follow_the_clock():
    told = run(
        'import { readFileSync } from "node:fs";'
        'const text = readFileSync("tariff.js", "utf8");'
        "const rows = JSON.parse(/IMPACT = (\\[\\[.*\\]\\]);/.exec(text)[1]);"
        "console.log(JSON.stringify(rows));"
    )
    hours = [next(colour for begin, colour in reversed(told) if begin <= hour) for hour in range(24)]
    assert hours == ["medium", *["eco"] * 6, *["medium"] * 4, *["eco"] * 6, *["pic"] * 5, *["medium"] * 2]
