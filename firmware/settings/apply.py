"""From the owner's settings to the parts that follow them. Loaded when they change."""

from demand.peaks import month_number
from overlay import load


def read(monitor):
    """Take up what config.json says."""
    monitor.config.update(load("settings.store").read(monitor))


def settle(monitor):
    """Hand the settings to the parts that do not look them up."""
    config = monitor.config
    monitor.coach.area = monitor.peaks.area = config["area"]
    monitor.coach.own_target_w = config["target_w"]
    monitor.coach.warning_percent = config["warning_percent"]
    since = config["counted_from"]
    monitor.peaks.counted_from = month_number(since) if since else None
