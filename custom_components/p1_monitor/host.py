"""A host as users type it, and as we keep it."""

from yarl import URL

HTTP_PORT = 80


def normalize_host(typed: str) -> str:
    """The name or address in what was typed, with its port unless that is 80.

    Takes "digimon.local", "http://digimon.local/", "192.168.0.250:8080/index.html".
    Raises ValueError when there is no host in it.
    """
    text = typed.strip()
    url = URL(text if "://" in text else f"http://{text}")
    host, port = url.host, url.explicit_port
    if not host or any(character.isspace() for character in host):
        raise ValueError(f"no host in {typed!r}")
    if ":" in host:
        host = f"[{host}]"
    return host if port in (None, HTTP_PORT) else f"{host}:{port}"
