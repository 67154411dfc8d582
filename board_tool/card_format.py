"""The command `firmware format`: make an empty filesystem on the card in the board."""

from board_tool.connection import BoardConnection
from board_tool.ports import find_port
from build_tool.errors import ToolError

# Longest wait (s) until the card is formatted. A large card takes minutes. Meanwhile the board prints nothing.
_FORMAT_S = 600


def format_card(port: str | None, confirmed: bool) -> None:
    """Let the running firmware format the card, and restart the board.

    At the next start the firmware copies the settings from the board's flash to the empty card. ToolError if the owner
    does not confirm, or if the firmware is not running.
    """
    with BoardConnection(find_port(port)) as connection:
        if not confirmed and input("All files on the card will be lost. Format it? [y/N] ").lower() not in (
            "y",
            "yes",
        ):
            raise ToolError("nothing was changed")
        if not connection.evaluate("hasattr(sys.modules.get('main'), 'board')"):
            raise ToolError("the firmware is not running: press RESET, wait a few seconds, and try again")
        print("formatting the card; a large one takes some minutes")
        connection.run(
            "import sys, vfs\n"
            "try:\n vfs.umount('/sd')\nexcept OSError:\n pass\n"
            "sys.modules['main'].board.format_card()\n",
            timeout_s=_FORMAT_S,
        )
        connection.restart()
    print("the card is formatted; the board restarts")
