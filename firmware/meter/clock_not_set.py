"""Figures of a meter whose clock was never set. Loaded on demand, by each telegram of such a meter.

Powers and registers are published. Quarters, peaks and history need the time, and begin when the clock is set.
"""


def on_reading(device):
    """Publish the newest reading without its time."""
    device.reader.parser.reading["time"] = None
    text = "The meter's clock is not set"
    if text not in device.log.lines:
        device.note(text)
    device.coach.at_risk = False
    device.live.publish("reading", "quarter")
