"""Readers for single fields of a JSON object, which treat a missing field and one of another type alike.

Firmware of another version may leave a key out, add one, or change its type. The rest of the response must remain
usable, so a field of an unexpected type counts as missing.
"""

from collections.abc import Mapping
from datetime import datetime
from math import isfinite
from typing import Any

type Json = Mapping[str, Any]


def integer(data: Json, key: str) -> int | None:
    """Return an integer, None if the field is not one; true and false are not."""
    value = data.get(key)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def number(data: Json, key: str) -> float | None:
    """Return a number with or without decimals, None if the field is not one."""
    value = data.get(key)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if isfinite(value) else None


def text(data: Json, key: str) -> str | None:
    """Return a string, None if it is empty or the field is not one."""
    value = data.get(key)
    return value if isinstance(value, str) and value else None


def boolean(data: Json, key: str) -> bool:
    """True if the field is JSON's true; a missing field is false."""
    return data.get(key) is True


def timestamp(data: Json, key: str) -> datetime | None:
    """Return the time of an ISO 8601 string, None if it has no UTC offset or the field is not such a string."""
    value = data.get(key)
    if not isinstance(value, str):
        return None
    try:
        parsed = datetime.fromisoformat(value)
    except ValueError:
        return None
    return parsed if parsed.tzinfo is not None else None


def json_object(data: Json, key: str) -> Json:
    """Return an object, an empty one if the field is not an object."""
    value = data.get(key)
    return value if isinstance(value, dict) else {}


def json_objects(data: Json, key: str) -> list[Json]:
    """Return the objects in a list, without its elements of other types."""
    value = data.get(key)
    if not isinstance(value, list):
        return []
    return [item for item in value if isinstance(item, dict)]


def integers(data: Json, key: str) -> tuple[int | None, ...]:
    """Return a list of integers, with None for elements of other types."""
    value = data.get(key)
    if not isinstance(value, list):
        return ()
    return tuple(item if isinstance(item, int) and not isinstance(item, bool) else None for item in value)
