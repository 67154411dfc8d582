"""Reading one field out of a JSON object that may lack it or hold something else.

Firmware of another version may leave a key out, add one, or change its type. None of
that may cost the rest of the answer, so a field that is not what we expect is absent.
"""

from collections.abc import Mapping
from datetime import datetime
from math import isfinite
from typing import Any

type Json = Mapping[str, Any]


def integer(data: Json, key: str) -> int | None:
    """An integer; JSON's true and false are none."""
    value = data.get(key)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def number(data: Json, key: str) -> float | None:
    """A number with or without decimals."""
    value = data.get(key)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if isfinite(value) else None


def text(data: Json, key: str) -> str | None:
    """A string that says something: an empty one is absent."""
    value = data.get(key)
    return value if isinstance(value, str) and value else None


def boolean(data: Json, key: str) -> bool:
    """A flag; absent is not set."""
    return data.get(key) is True


def timestamp(data: Json, key: str) -> datetime | None:
    """An ISO 8601 moment with its offset; one without offset names no moment."""
    value = data.get(key)
    if not isinstance(value, str):
        return None
    try:
        parsed = datetime.fromisoformat(value)
    except ValueError:
        return None
    return parsed if parsed.tzinfo is not None else None


def json_object(data: Json, key: str) -> Json:
    """An object inside the object; absent is an empty one."""
    value = data.get(key)
    return value if isinstance(value, dict) else {}


def json_objects(data: Json, key: str) -> list[Json]:
    """A list of objects; what is no object in it is left out."""
    value = data.get(key)
    if not isinstance(value, list):
        return []
    return [item for item in value if isinstance(item, dict)]


def integers(data: Json, key: str) -> tuple[int | None, ...]:
    """A list of integers with holes."""
    value = data.get(key)
    if not isinstance(value, list):
        return ()
    return tuple(item if isinstance(item, int) and not isinstance(item, bool) else None for item in value)
