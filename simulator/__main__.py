"""The entry of scripts/simulate; simulator.command does the work."""

import signal
import sys

# While the rest is loaded, Ctrl-C ends this as it ends any program: without Python's traceback.
signal.signal(signal.SIGINT, signal.SIG_DFL)

from simulator.command import main  # noqa: E402

sys.exit(main(sys.argv[1:]))
