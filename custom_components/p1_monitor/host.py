"""Conversion of the host that a user types into the form that a config entry stores."""

from yarl import URL

HTTP_PORT = 80


def normalize_host(typed: str) -> str:
    """Return the host name or IP address in `typed`, followed by the port unless the port is 80.

    `typed` is a host or a URL: "digimon.local", "http://digimon.local/", "192.168.0.250:8080/index.html".

    Raise ValueError if `typed` contains no host.
    """
    text = typed.strip()
    url = URL(text if "://" in text else f"http://{text}")
    # A complete host name may end with a dot, which is not stored.
    host, port = (url.host or "").removesuffix("."), url.explicit_port
    if not host or any(character.isspace() for character in host):
        raise ValueError(f"{typed!r} contains no host")
    if ":" in host:
        host = f"[{host}]"
    return host if port in (None, HTTP_PORT) else f"{host}:{port}"
