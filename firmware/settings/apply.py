"""From the owner's settings to the parts that follow them. Loaded when they change."""

from demand.peaks import month_number
from overlay import load


def read(device):
    """Take up what config.json says."""
    device.config.update(load("settings.store").read(device))


def settle(device):
    """Hand the settings to the parts that do not look them up."""
    config = device.config
    device.coach.area = device.peaks.area = config["area"]
    device.coach.own_target_w = config["target_w"]
    device.coach.warning_percent = config["warning_percent"]
    since = config["counted_from"]
    device.peaks.counted_from = month_number(since) if since else None
