"""Measured figure with its goal, and the table of all figures. The module of each group sets the goals."""

from collections.abc import Sequence
from dataclasses import dataclass

NONE = "none"
"""The interpreter of a figure that no MicroPython has a part in."""


class BenchmarkError(Exception):
    """A figure could not be measured; the message gives the reason in one line."""


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One figure. `goal` is an upper limit, or with `more_is_better` a lower one. `peer` compares it with others.

    `interpreter` is the MicroPython that the figure is of, or NONE. By default it is INTERPRETER of the group's module.
    """

    key: str
    value: float
    unit: str
    what: str
    goal: float | None = None
    more_is_better: bool = False
    peer: str = ""
    interpreter: str = ""

    @property
    def reached(self) -> bool:
        """True if the figure reaches its goal, or has none."""
        if self.goal is None:
            return True
        return self.value >= self.goal if self.more_is_better else self.value <= self.goal


def shown(value: float) -> str:
    """Return a number as people read it: 1,234,567 or 12.3."""
    return f"{value:,.0f}" if value >= 1000 or value == int(value) else f"{value:,.3g}"


def table(figures: Sequence[Figure]) -> str:
    """Return the figures as aligned columns. A figure that misses its goal is marked with "!"."""
    rows = [("figure", "measured", "unit", "goal", "interpreter", "what, and the peer")]
    for figure in figures:
        goal = ""
        if figure.goal is not None:
            goal = f"{'≥' if figure.more_is_better else '≤'} {shown(figure.goal)}"
        what = f"{figure.what}; {figure.peer}" if figure.peer else figure.what
        mark = "" if figure.reached else " !"
        rows.append((figure.key, shown(figure.value) + mark, figure.unit, goal, figure.interpreter, what))
    widths = [max(len(row[column]) for row in rows) for column in range(5)]
    return "\n".join(
        f"{key:{widths[0]}}  {value:>{widths[1]}}  {unit:{widths[2]}}  {goal:>{widths[3]}}  {by:{widths[4]}}  {what}"
        for key, value, unit, goal, by, what in rows
    )


def percentile(values: Sequence[float], percent: float) -> float:
    """Return the value that `percent` of the values do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))]
