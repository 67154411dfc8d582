"""Readers for single fields of a JSON object. A field of an unexpected type, or out of its bounds, counts as missing.

Firmware of another version may omit a field, add a field, or change the type of a field. Another device may send
anything. The rest of the response must remain usable, and nothing beyond the bounds may get into Home Assistant.
"""

import re
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from .printable import MAX_TEXT, printable

type Json = Mapping[str, Any]

# Largest number that is accepted. Home Assistant's recorder stores numbers as floats. A float can represent every
# integer up to this number exactly.
MAX_NUMBER = 2**53
_MOMENT = re.compile("20[0-9]{2}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}[+]0[12]:00")


def _is_integer(value: object, lowest: int, highest: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and lowest <= value <= highest


def integer(data: Json, key: str, lowest: int = 0, highest: int = MAX_NUMBER) -> int | None:
    """Return an integer field, or None if the field is not an integer from `lowest` to `highest`.

    True and false are not integers.
    """
    value = data.get(key)
    return value if _is_integer(value, lowest, highest) else None


def number(data: Json, key: str) -> float | None:
    """Return a number field, with or without decimals. None if the field is not a number from 0 to MAX_NUMBER."""
    value = data.get(key)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if 0 <= value <= MAX_NUMBER else None


def text(data: Json, key: str, longest: int = MAX_TEXT) -> str | None:
    """Return a string field as one line of at most `longest` printable characters.

    None if the field is not a string, or if this line is empty.
    """
    value = data.get(key)
    return (printable(value, longest) or None) if isinstance(value, str) else None


def matching(data: Json, key: str, pattern: re.Pattern[str]) -> str | None:
    """Return a string field, or None if the pattern does not match the whole string."""
    value = data.get(key)
    return value if isinstance(value, str) and pattern.fullmatch(value) else None


def matching_texts(data: Json, key: str, pattern: re.Pattern[str], most: int) -> frozenset[str]:
    """Return the strings that match a pattern among the first `most` elements of a list field."""
    value = data.get(key)
    items = value[:most] if isinstance(value, list) else []
    return frozenset(item for item in items if isinstance(item, str) and pattern.fullmatch(item))


def choice(data: Json, key: str, options: Collection[str]) -> str | None:
    """Return a string field, or None if the field is not one of the options."""
    value = data.get(key)
    return value if isinstance(value, str) and value in options else None


def boolean(data: Json, key: str) -> bool:
    """True if the field is JSON's true. A missing field counts as false."""
    return data.get(key) is True


def timestamp(data: Json, key: str) -> datetime | None:
    """Return the time in a field. None if the field is not Belgian local time of 2000 to 2099 with its UTC offset."""
    value = matching(data, key, _MOMENT)
    if value is None:
        return None
    try:
        return datetime.fromisoformat(value)
    except ValueError:
        return None


def json_object(data: Json, key: str) -> Json:
    """Return an object field, or an empty object if the field is not an object."""
    value = data.get(key)
    return value if isinstance(value, dict) else {}


def json_objects(data: Json, key: str, most: int) -> list[Json]:
    """Return the JSON objects among the first elements of a list field. `most` is the number of elements to look at."""
    value = data.get(key)
    if not isinstance(value, list):
        return []
    return [item for item in value[:most] if isinstance(item, dict)]


def integers(data: Json, key: str, lowest: int, highest: int, most: int) -> tuple[int | None, ...]:
    """Return the first elements of a list field. `most` is the maximum number of elements.

    An element that is not an integer from `lowest` to `highest` becomes None.
    """
    value = data.get(key)
    if not isinstance(value, list):
        return ()
    return tuple(item if _is_integer(item, lowest, highest) else None for item in value[:most])
