"""What the tool says when something cannot be done."""


class ToolError(Exception):
    """A reason in words for the board's owner, with what to do about it; no traceback is shown."""
