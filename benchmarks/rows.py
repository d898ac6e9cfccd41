"""What a measurement is: a figure with its unit, and the bar it is held to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """`bar` is the most that `figure` may be, in the same unit; None when the figure is only told."""

    name: str
    figure: float
    unit: str
    bar: float | None = None
    note: str = ""

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
    """The rows as aligned text: name, figure, bar, verdict, note."""
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
