"""Waits between attempts to sign in, for each IPv4 address. Loaded on demand.

Each wrong password from an address doubles the wait of this address, from 2 s up to 60 s. Besides, all addresses that
have never signed in share one wait: after an attempt, no password from these addresses is checked for 2 s. An address
that has signed in is exempt from the shared wait, so that a guesser at another address cannot lock out the owner.
"""

from micropython import const

from server.http import Refused

_ADDRESSES = const(8)
_LONGEST_S = const(60)
_COMMON_S = const(2)
# Indexes of the items in the row of an address: the address as text, the uptime in s at which its wait ends, the number
# of wrong passwords since the newest right password, and True if the address has signed in before.
_ADDRESS = const(0)
_END_S = const(1)
_FAILURES = const(2)
_KNOWN = const(3)


def begin(access, address, now_s):
    """Count an attempt to sign in, and return the row of the address. Raise Refused with 429 during a wait.

    The attempt is counted before its password is checked, so that several requests at the same time cannot avoid the
    wait.
    """
    rows = access.waits
    for row in rows:
        if row[_ADDRESS] == address:
            break
    else:
        row = [address, 0, 0, False]
    end_s = row[_END_S] if row[_KNOWN] else max(row[_END_S], access.next_look_s)
    if now_s < end_s:
        why = "Too many attempts: try again in %d s, or press BOOT" % (end_s - now_s)
        raise Refused(429, why, "Retry-After: %d\r\n" % (end_s - now_s))
    row[_FAILURES] = min(row[_FAILURES] + 1, 7)
    row[_END_S] = now_s + min(1 << row[_FAILURES], _LONGEST_S)
    if not row[_KNOWN]:
        access.next_look_s = now_s + _COMMON_S
    if row in rows:
        rows.remove(row)
    elif len(rows) >= _ADDRESSES:
        # Drop the oldest row of an address that has never signed in. Without such a row, drop the oldest row.
        rows.remove(min(rows, key=lambda other: other[_KNOWN]))
    rows.append(row)
    return row


def end(access, row):
    """End the wait of an address whose password was right."""
    if not row[_KNOWN]:
        access.next_look_s = 0
    row[_END_S] = row[_FAILURES] = 0
    row[_KNOWN] = True
