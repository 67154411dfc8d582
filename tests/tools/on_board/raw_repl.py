"""A board's prompt as mpremote finds it, in front of a real MicroPython: the raw REPL on standard input and output.

The current folder is the flash. A board that resets leaves a file `restarts`, and goes on.
"""

import io
import sys

_BANNER = "raw REPL; CTRL-B to exit\r\n>"


class Machine:
    """Takes the place of the module `machine`."""

    @staticmethod
    def reset():
        with open("restarts", "a") as file:
            file.write("x")
        raise SystemExit


def say(text):
    sys.stdout.write(text)


def read_until_end():
    code = b""
    while True:
        byte = sys.stdin.buffer.read(1)
        if not byte:
            sys.exit()
        if byte == b"\x04":
            return code
        code += byte


def run(code, names):
    """Run it as the raw REPL does: what it prints, then what went wrong, each ended by Ctrl-D."""
    say("OK")
    error = io.StringIO()
    try:
        exec(code, names)
    except SystemExit as end:
        if end.args and end.args[0]:
            raise  # the board of tests/device resets
    except BaseException as fault:
        sys.print_exception(fault, error)
    say("\x04" + error.getvalue() + "\x04>")


def main():
    names = {"__name__": "__main__"}
    sys.modules.setdefault("machine", Machine)
    raw = False
    while True:
        byte = sys.stdin.buffer.read(1)
        if not byte:
            return
        if byte == b"\x01":
            raw = True
            say(_BANNER)
        elif byte == b"\x02":
            raw = False
        elif byte == b"\x05" and raw:
            sys.stdin.buffer.read(2)
            say("R\x00")  # raw paste is known, but not here
        elif raw and byte not in b"\r\x03":
            run((byte + read_until_end()).decode(), names)


main()
