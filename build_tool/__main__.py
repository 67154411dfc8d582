"""The entry of scripts/build: brings the firmware's bytecode, the page and the dashboard card up to date."""

import sys

from build_tool import bytecode, dashboard_card

try:
    bytecode.build()
    dashboard_card.build()
except SyntaxError as error:
    sys.exit(f"build: {error}")
