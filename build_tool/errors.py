"""Error of the tools for the board and the build, with a message for the board's owner."""


class ToolError(Exception):
    """Failure that is printed without a traceback. Its message gives the board's owner the reason and the next step."""
