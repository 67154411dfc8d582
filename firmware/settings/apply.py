"""Functions that read the owner's settings and pass them to the coach and the peaks. Loaded on demand."""

from demand.peaks import month_number
from overlay import load


def read(device):
    """Read config.json into device.config."""
    device.config.update(load("settings.store").read(device))


def settle(device):
    """Copy the settings from device.config to the coach and the peaks."""
    config = device.config
    device.coach.area = device.peaks.area = config["area"]
    device.coach.own_target_w = config["target_w"]
    device.coach.warning_percent = config["warning_percent"]
    since = config["counted_from"]
    device.peaks.counted_from = month_number(since) if since else None
