"""Whatever is on a card, the firmware starts, measures, stores quarters and answers.

The suite puts the files of all cards on few of them, for the board's heap only. With P1_LONG=1 in the environment each
is on a card of its own, under both interpreters.
"""

from pathlib import Path

import pytest

from tests.attacks import cards
from tests.attacks.conftest import Recorded
from tests.attacks.firmware import INTERPRETERS, attacked, goes_on
from tests.device.api import contract
from tests.device.api.device import Device, wait_for
from tests.device.storage.conftest import LONG

pytestmark = pytest.mark.usefixtures("socket_enabled")

ALL = cards.cards()
PLAYED = list((ALL if LONG else cards.together(ALL)).items())
REQUESTS = {
    "/api/device": "/api/device",
    "/api/reading": "/api/reading",
    "/api/quarter": "/api/quarter",
    "/api/peaks": "/api/peaks",
    "/api/config": "/api/config",
    "/api/log": "/api/log",
    "/api/telegram": "/api/telegram",
    "/api/card/rebuild": "/api/card/rebuild",
    "/api/months/{month}": "/api/months/2026-11",
    "/api/years/{year}": "/api/years/2026",
    "/historic/years": "/historic/years",
    "/historic/months": "/historic/months?year=2026",
    "/historic/days": "/historic/days?year=2026&month=11",
    "/historic/quarters": "/historic/quarters?year=2026&month=11&day=12",
    "/current/quarter": "/current/quarter",
    "/current/month/peak": "/current/month/peak",
    "/crashlog.txt": "/crashlog.txt",
}


def answers_all(device: Device) -> None:
    """Every GET has the reply that the contract describes."""
    for path, asked in REQUESTS.items():
        contract.check(path, device.get(asked))
    # Numbers that a stranger has written are sent as they are.
    for asked in ("/api/days/2026-11-12", "/api/history?from=2024-01-01&to=2027-01-01"):
        assert device.get(asked).status == 200
    for asked in ("/meter/2026/11/12/1800W.json", "/meter/2026/11/12/1745W.json"):
        assert device.get(asked).status in (200, 404)


def keeps_a_quarter(device: Device) -> None:
    """The quarter that ended is on the card, or waits in the flash if the card is called failed."""
    wait_for(lambda: device.get("/api/quarter").json()["start"] == "2026-11-12T18:30:00+01:00", "18:30")

    def is_kept() -> bool:
        card = device.get("/api/device").json()["card"]
        return (
            card["waiting_quarters"] == 1 or device.get("/meter/2026/11/12/1815W.json").status == 200
        ) and card["lost_quarters"] == 0

    wait_for(is_kept, "the quarter is stored")


def withstands(interpreter: str, image: Path) -> None:
    with attacked(interpreter, card=image) as device:
        keeps_a_quarter(device)
        answers_all(device)
        goes_on(device)


@pytest.mark.timeout(60)
@pytest.mark.parametrize("number", range(len(PLAYED)))
@pytest.mark.parametrize("interpreter", INTERPRETERS if LONG else INTERPRETERS[-1:])
def test_files_of_a_stranger_stop_nothing(
    interpreter: str, number: int, tmp_path: Path, record_property: Recorded
):
    names, files = PLAYED[number]
    record_property("security.cards_tried", len(names.split(", ")))
    withstands(interpreter, cards.image_of(tmp_path, files))


@pytest.mark.timeout(120)
@pytest.mark.parametrize("interpreter", INTERPRETERS)
def test_damaged_directory_stops_nothing(interpreter: str, tmp_path: Path, record_property: Recorded):
    record_property("security.cards_tried", len(cards.CIRCLES) + 1)
    files = {path: content for path, content, _ in cards.CIRCLES.values()} | {cards.NO_TEXT: b"x"}
    image = cards.image_of(tmp_path, files)
    cards.damage(image, [name for _, _, name in cards.CIRCLES.values()])
    withstands(interpreter, image)
