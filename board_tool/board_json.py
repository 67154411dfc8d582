"""Encoder of JSON for files in the board's flash."""

import json
from typing import Any

from build_tool.errors import ToolError


def encode(value: Any) -> bytes:
    r"""Return a value as JSON in UTF-8, without escapes.

    JSON can write one character as a pair of escapes, such as \ud83c\udfe0. Firmware 0.1.0 misreads such a pair.
    Therefore this function writes the character itself. ToolError if a pair in `value` is not complete.
    """
    text = json.dumps(value, ensure_ascii=False)
    try:
        return text.encode("utf-16", "surrogatepass").decode("utf-16").encode()
    except UnicodeDecodeError:
        raise ToolError(
            r"half of a character: each escape from \ud800 to \udfff needs its other half; nothing was changed"
        ) from None
