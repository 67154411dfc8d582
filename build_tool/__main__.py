"""Entry point of scripts/build, which updates the firmware's bytecode, the web page and the dashboard card."""

import sys

from build_tool import bytecode, dashboard_card

try:
    bytecode.build()
    dashboard_card.build()
except SyntaxError as error:
    sys.exit(f"build: {error}")
