"""DNS messages (RFC 1035): the query for the IPv4 address of a name, and the answer to this query."""


def question(name, number=0):
    """Return a query for the IPv4 address of a name.

    `number` is the id of the query. The answer has the same id. An mDNS query from port 5353 has the id 0 (RFC 6762
    §18.1).
    """
    labels = b"".join([bytes((len(label),)) + label.encode() for label in name.split(".")])
    flags = 1 if number else 0  # recursion desired
    return bytes((number >> 8, number & 255, flags, 0, 0, 1, 0, 0, 0, 0, 0, 0)) + labels + b"\0\0\1\0\1"


def address(message, number=0):
    """Return the first IPv4 address of an answer as text, such as "192.168.1.20".

    None if the answer has no address, or if the answer's id is not `number`.
    """
    if len(message) < 12 or message[0] << 8 | message[1] != number or not message[2] & 0x80:
        return None
    try:
        at = 12
        for _ in range(message[4] << 8 | message[5]):
            at = _after_name(message, at) + 4
        for _ in range(message[6] << 8 | message[7]):
            at = _after_name(message, at)
            size = message[at + 8] << 8 | message[at + 9]
            data = message[at + 10 : at + 10 + size]
            # In mDNS, the top bit of the class means "flush the cache" (RFC 6762 §10.2). This bit is ignored.
            if message[at : at + 2] == b"\0\1" and message[at + 3] == 1 and len(data) == 4:
                return "%d.%d.%d.%d" % tuple(data)
            at += 10 + size
    except IndexError:
        pass  # cut off
    return None


def _after_name(message, at):
    while message[at]:
        if message[at] >= 0xC0:  # a pointer to the rest of the name
            return at + 2
        at += 1 + message[at]
    return at + 1
