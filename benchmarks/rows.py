"""A measurement: a figure with its unit, and the bar that it is held to (benchmarks/bars.py)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.bars import BARS


@dataclass(frozen=True, slots=True)
class Row:
    name: str
    figure: float
    unit: str
    note: str = ""

    @property
    def bar(self) -> float | None:
        """The most that `figure` may be; None: it is only reported."""
        return BARS.get(self.name)

    @property
    def is_met(self) -> bool:
        return self.bar is None or self.figure <= self.bar

    def as_json(self) -> dict[str, object]:
        return {
            "row": self.name,
            "figure": round(self.figure, 4),
            "unit": self.unit,
            "bar": self.bar,
            "met": self.is_met,
            "note": self.note,
        }


def table(rows: Sequence[Row]) -> str:
    """The rows as aligned text: name, figure, bar, whether it is met, note."""
    cells = [
        (
            row.name,
            f"{row.figure:.3g} {row.unit}" if row.figure < 100 else f"{row.figure:.0f} {row.unit}",
            "-" if row.bar is None else f"<= {row.bar:g}",
            "" if row.bar is None else "ok" if row.is_met else "FAILED",
            row.note,
        )
        for row in rows
    ]
    widths = [max(len(cell[column]) for cell in cells) for column in range(4)]
    return "\n".join(
        "  ".join([*(text.ljust(width) for text, width in zip(cell, widths, strict=False)), cell[4]]).rstrip()
        for cell in cells
    )
