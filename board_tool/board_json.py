"""Encoder of JSON for files in the board's flash."""

import json
from typing import Any

from build_tool.errors import ToolError


def encode(value: Any) -> bytes:
    r"""Return a value as JSON in UTF-8, without escapes such as \ud83c\udfe0, which firmware 0.1.0 misreads.

    JSON can write one character as two such escapes. This function writes the character itself. ToolError if one of the
    two escapes is missing.
    """
    text = json.dumps(value, ensure_ascii=False)
    try:
        return text.encode("utf-16", "surrogatepass").decode("utf-16").encode()
    except UnicodeDecodeError:
        raise ToolError(
            r"half of a character: each escape from \ud800 to \udfff needs its other half; nothing was changed"
        ) from None
