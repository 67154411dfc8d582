"""Constants that several modules of the integration use."""

import logging
from typing import Final

from homeassistant.const import Platform

DOMAIN: Final = "p1_monitor"
LOGGER = logging.getLogger(__package__)
PLATFORMS: Final = (
    Platform.BINARY_SENSOR,
    Platform.BUTTON,
    Platform.DATE,
    Platform.EVENT,
    Platform.NUMBER,
    Platform.SELECT,
    Platform.SENSOR,
    Platform.SWITCH,
    Platform.UPDATE,
)

DOCUMENTATION: Final = "https://github.com/p1-monitor/p1-monitor/blob/main/docs/home-assistant.md"
# Firmware older than 0.1.0 lacks data that the integration needs.
OLDEST_FIRMWARE: Final = "0.1.0"

MANUFACTURER: Final = "P1 monitor"
ORIGINAL_MODEL: Final = "Digital power meter monitor"

CONF_AREA: Final = "area"
CONF_COUNTED_FROM: Final = "counted_from"
CONF_EVERY_SECOND: Final = "every_second"
CONF_ORIGINAL: Final = "original"
# The IP address and port to which the token was sent without a proof, because firmware 0.1.0 cannot give a proof.
CONF_KNOWN_PEER: Final = "known_peer"
# The newest proof that the device issued the token, as [peer, told]: the two addresses of the class Proof. Absent if
# the device never gave a proof.
CONF_PROOF: Final = "proof"
CONF_TARGET_W: Final = "target_w"
CONF_TOKEN_ID: Final = "token_id"
CONF_WARNING_PERCENT: Final = "warning_percent"
