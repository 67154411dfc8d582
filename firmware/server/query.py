"""Parser of the query of a request. Loaded on demand."""


def argument(request, name):
    """Return the value of a query argument as bytes, None if the request lacks the argument."""
    for pair in request.query.split(b"&"):
        key, _, value = pair.partition(b"=")
        if key == name:
            return value
    return None
