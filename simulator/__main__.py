"""Entry point of scripts/simulate; simulator.command does the work."""

import signal
import sys

# While the modules load, Ctrl-C ends the program without a Python traceback.
signal.signal(signal.SIGINT, signal.SIG_DFL)

from simulator.command import main  # noqa: E402

sys.exit(main(sys.argv[1:]))
