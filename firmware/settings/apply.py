"""Functions that read the owner's settings and pass them to the coach and the peaks. Loaded on demand."""

from meter.timestamp import seconds
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
    device.limits = None  # the next telegram computes the connection's limit again
    since = config["counted_from"] and seconds(*[int(part) for part in config["counted_from"].split("-")])
    if since != device.peaks.counted_from:
        load("demand.month_peaks").count_from(device.peaks, since)
