"""Host names under which the device answers. Loaded for a request whose Host header is not an IPv4 address."""

from micropython import const

from server.http import Refused

# Domains that only the name service of a home network uses. A name without a dot is local too.
_HOME_DOMAINS = const(b".local .lan .home .internal .home.arpa .fritz.box .localdomain")


def check(host, allowed):
    """Raise Refused if a Host header is neither a local name nor one of the host names in the list `allowed`.

    `host` is the Host header in lower case.
    """
    name = _without_last_dot(host.split(b":")[0])
    if is_local_host(host) or name in [_without_last_dot(known.lower().encode()) for known in allowed]:
        return
    raise Refused(421, "This device answers only to its address, its own name and the names in access.hosts")


def _without_last_dot(name):
    return name[:-1] if name.endswith(b".") else name


def is_local_host(host):
    """True if a Host header has a name of the home network or an IPv6 address.

    >>> is_local_host(b"digimon.local:80"), is_local_host(b"[fe80::1]"), is_local_host(b"evil.example")
    (True, True, False)
    """
    if host.startswith(b"["):
        return not host[1:].partition(b"]")[0].strip(b"0123456789abcdef:")
    name = _without_last_dot(host.split(b":")[0])
    return b"." not in name or bool([domain for domain in _HOME_DOMAINS.split() if name.endswith(domain)])
