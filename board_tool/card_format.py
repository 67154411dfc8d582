"""The command `firmware format`: an empty filesystem on the memory card in the board."""

from board_tool.connection import BoardConnection
from board_tool.ports import find_port
from build_tool.errors import ToolError

_FORMAT_S = 600  # formatting a large card takes minutes, in which the board prints nothing


def format_card(port: str | None, confirmed: bool) -> None:
    """Let the running firmware format its card. At the next start it writes the settings back from its flash."""
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
