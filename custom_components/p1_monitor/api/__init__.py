"""Client for a P1 monitor's HTTP API: requests, server-sent events and models.

The package does not depend on Home Assistant. Therefore the package can be published separately without a change.
"""

from .client import LiveEvent, P1MonitorClient
from .errors import (
    NotP1MonitorError,
    P1MonitorAddressError,
    P1MonitorAskOverError,
    P1MonitorConflictError,
    P1MonitorConnectionError,
    P1MonitorError,
    P1MonitorHostError,
    P1MonitorProofError,
    P1MonitorRateLimitError,
    P1MonitorRefusedError,
    P1MonitorResponseError,
    P1MonitorTokenError,
)
from .measurements import MBusDevice, MonthPeak, Peaks, Quarter, Reading
from .models import Ask, Capacity, Card, Clock, Device, Grant, P1Health, Settings, SystemMemory, Token, Update
from .original import OriginalDevice, OriginalPeak, OriginalQuarter, normalize_serial
from .proof import Proof
from .stored import StoredQuarter, Totals

__all__ = [
    "Ask",
    "Capacity",
    "Card",
    "Clock",
    "Device",
    "Grant",
    "LiveEvent",
    "MBusDevice",
    "MonthPeak",
    "NotP1MonitorError",
    "OriginalDevice",
    "OriginalPeak",
    "OriginalQuarter",
    "P1Health",
    "P1MonitorAddressError",
    "P1MonitorAskOverError",
    "P1MonitorClient",
    "P1MonitorConflictError",
    "P1MonitorConnectionError",
    "P1MonitorError",
    "P1MonitorHostError",
    "P1MonitorProofError",
    "P1MonitorRateLimitError",
    "P1MonitorRefusedError",
    "P1MonitorResponseError",
    "P1MonitorTokenError",
    "Peaks",
    "Proof",
    "Quarter",
    "Reading",
    "Settings",
    "StoredQuarter",
    "SystemMemory",
    "Token",
    "Totals",
    "Update",
    "normalize_serial",
]
