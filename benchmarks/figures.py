"""A figure that was measured, the goal it is held to, and who else has one."""

from collections.abc import Sequence
from dataclasses import dataclass


class BenchmarkError(Exception):
    """Why a figure could not be measured, in one line."""


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One figure: `goal` is its bound, an upper one unless `more_is_better`."""

    key: str
    value: float
    unit: str
    what: str
    goal: float | None = None
    more_is_better: bool = False
    peer: str = ""

    @property
    def reached(self) -> bool:
        """Whether it is on the right side of its goal."""
        if self.goal is None:
            return True
        return self.value >= self.goal if self.more_is_better else self.value <= self.goal


def shown(value: float) -> str:
    """A number as people read it: 1,234,567 or 12.3."""
    return f"{value:,.0f}" if value >= 1000 or value == int(value) else f"{value:,.3g}"


def table(figures: Sequence[Figure]) -> str:
    """The figures as aligned columns; one that misses its goal is marked with "!"."""
    rows = [("figure", "measured", "unit", "goal", "what, and the peer")]
    for figure in figures:
        goal = ""
        if figure.goal is not None:
            goal = f"{'≥' if figure.more_is_better else '≤'} {shown(figure.goal)}"
        what = f"{figure.what}; {figure.peer}" if figure.peer else figure.what
        mark = "" if figure.reached else " !"
        rows.append((figure.key, shown(figure.value) + mark, figure.unit, goal, what))
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    return "\n".join(
        f"{key:{widths[0]}}  {value:>{widths[1]}}  {unit:{widths[2]}}  {goal:>{widths[3]}}  {what}"
        for key, value, unit, goal, what in rows
    )


def percentile(values: Sequence[float], percent: float) -> float:
    """The value that so many percent of them do not pass."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))]
