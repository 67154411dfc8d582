"""The command scripts/develop: a simulated meter, a board with the firmware, and a real Home Assistant."""

import asyncio
import contextlib
import signal
import sys
from collections.abc import Sequence

from build_tool import dashboard_card
from simulator import options, page_server
from simulator.board import ROOT, Board, BoardError
from simulator.dashboard import DASHBOARD, ENERGY, PATH
from simulator.home_assistant import PASSWORD, USER, HomeAssistant, HomeAssistantError
from simulator.p1_port import P1Port

FOLDER = ROOT / ".develop"
_CHECK_S = 0.5
_ENTITIES_S = 30


def _log(text: str) -> None:
    print(f"develop: {text}", flush=True)


async def _run(chosen: options.Options) -> None:
    FOLDER.mkdir(exist_ok=True)
    # This build fails if npm is not installed. Continue without the dashboard card.
    with contextlib.suppress(SyntaxError):
        dashboard_card.build()
    line = P1Port(chosen.source, speed=chosen.speed, faults=chosen.faults)
    card = chosen.card or FOLDER / "card.img"
    _log(f"{chosen.about}: meter and board")
    with (
        line,
        Board(line, card=card, host=options.HOST, port=chosen.port, speed=chosen.speed) as board,
        page_server.page_from_source(options.HOST, f"{options.HOST}:{chosen.port}") as from_source,
    ):
        _log("Home Assistant (the first start takes half a minute)")
        async with HomeAssistant(FOLDER / "home-assistant") as home:
            await home.wait_ready()
            _log("demo account and device")
            await home.sign_in()
            await home.add_device(f"{options.HOST}:{chosen.port}")
            await _wait_for_entities(home)
            await home.save_dashboard(PATH, DASHBOARD)
            await home.command("energy/save_prefs", **ENERGY)
            print(
                f"\n  the device      {board.url}"
                f"\n  its page, from source  {from_source}"
                f"\n  Home Assistant  {home.url}/{PATH}  (user {USER}, password {PASSWORD})"
                "\n\n  Ctrl-C stops everything.",
                flush=True,
            )
            while line.error is None:
                await asyncio.sleep(_CHECK_S)
                board.check()
                home.check()
            raise line.error


async def _wait_for_entities(home: HomeAssistant) -> None:
    for _ in range(_ENTITIES_S * 2):
        if await home.state("sensor.p1_meter_power"):
            return
        await asyncio.sleep(0.5)
    raise HomeAssistantError("the meter's entities do not appear in Home Assistant")


async def _until_stopped(chosen: options.Options) -> None:
    work = asyncio.create_task(_run(chosen))
    for signal_ in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(signal_, work.cancel)
    try:
        await work
    except asyncio.CancelledError:
        _log("stopped")


def main(arguments: Sequence[str]) -> int:
    """Run until Ctrl-C. Return the exit status: 0 after success, 1 after a failure, 2 for a wrong option."""
    try:
        asyncio.run(_until_stopped(options.parse(arguments)))
    except options.UsageError as error:
        print(f"develop: {error}", file=sys.stderr)
        return 2
    except (BoardError, HomeAssistantError) as error:
        print(f"develop: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
