"""The host of a device: from the form in which users type it to the form in which an entry stores it."""

from yarl import URL

HTTP_PORT = 80


def normalize_host(typed: str) -> str:
    """Return the name or address in a typed host or URL, with its port unless that is 80.

    Accepts "digimon.local", "http://digimon.local/", "192.168.0.250:8080/index.html".
    ValueError if the text contains no host.
    """
    text = typed.strip()
    url = URL(text if "://" in text else f"http://{text}")
    host, port = url.host, url.explicit_port
    if not host or any(character.isspace() for character in host):
        raise ValueError(f"{typed!r} contains no host")
    if ":" in host:
        host = f"[{host}]"
    return host if port in (None, HTTP_PORT) else f"{host}:{port}"
