"""Record of what was granted: a token, a session by BOOT, or a new password. Loaded on demand."""

from meter.timestamp import iso


def note(device, line, what, name, kind):
    """Log a grant, and store it as the newest grant for GET /api/device.

    what   "token", "session" or "password"
    line   text for the log, to which the name is appended. The name comes last, because a client may choose any
           text as its name
    """
    moment = device.reader.parser.reading["time"]
    device.access.granted = (what, name, kind, iso(*moment) if moment else None)
    device.note("access: %s: %s" % (line, name))
