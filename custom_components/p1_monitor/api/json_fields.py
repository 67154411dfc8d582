"""Readers for single fields of a JSON object. A field of an unexpected type counts as missing.

Firmware of another version may omit a field, add a field, or change the type of a field. The rest of the response must
remain usable.
"""

from collections.abc import Mapping
from datetime import datetime
from math import isfinite
from typing import Any

type Json = Mapping[str, Any]


def integer(data: Json, key: str) -> int | None:
    """Return an integer field, or None if the field is not an integer. True and false are not integers."""
    value = data.get(key)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def number(data: Json, key: str) -> float | None:
    """Return a number field, with or without decimals. None if the field is not a finite number."""
    value = data.get(key)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if isfinite(value) else None


def text(data: Json, key: str) -> str | None:
    """Return a string field, or None if the field is empty or not a string."""
    value = data.get(key)
    return value if isinstance(value, str) and value else None


def boolean(data: Json, key: str) -> bool:
    """True if the field is JSON's true. A missing field counts as false."""
    return data.get(key) is True


def timestamp(data: Json, key: str) -> datetime | None:
    """Return the time in a field. None if the field is not an ISO 8601 string with a UTC offset."""
    value = data.get(key)
    if not isinstance(value, str):
        return None
    try:
        parsed = datetime.fromisoformat(value)
    except ValueError:
        return None
    return parsed if parsed.tzinfo is not None else None


def json_object(data: Json, key: str) -> Json:
    """Return an object field, or an empty object if the field is not an object."""
    value = data.get(key)
    return value if isinstance(value, dict) else {}


def json_objects(data: Json, key: str) -> list[Json]:
    """Return those elements of a list field that are JSON objects. Other elements are left out."""
    value = data.get(key)
    if not isinstance(value, list):
        return []
    return [item for item in value if isinstance(item, dict)]


def integers(data: Json, key: str) -> tuple[int | None, ...]:
    """Return a list field of integers. An element that is not an integer becomes None."""
    value = data.get(key)
    if not isinstance(value, list):
        return ()
    return tuple(item if isinstance(item, int) and not isinstance(item, bool) else None for item in value)
