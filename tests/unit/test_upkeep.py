"""Several sweeps in one: none keeps the others from what they have to do."""

from __future__ import annotations

import pytest

from souk.shared.sweeping import sweep_all


class Sweeping:
    """Touches `touched`, or fails when there is none."""

    def __init__(self, touched: int | None) -> None:
        self._touched = touched
        self.asked: list[bool] = []

    def sweep(self, *, everything: bool) -> int:
        self.asked.append(everything)
        if self._touched is None:
            raise RuntimeError("poisoned")
        return self._touched


@pytest.mark.parametrize("everything", [True, False])
def test_all_that_was_touched_is_counted(everything: bool) -> None:
    sweepers = Sweeping(2), Sweeping(0), Sweeping(3)
    assert sweep_all(sweepers, everything=everything) == 5
    assert [one.asked for one in sweepers] == [[everything]] * 3


def test_one_that_fails_is_told_when_the_others_are_through() -> None:
    poisoned, other = Sweeping(None), Sweeping(1)
    with pytest.raises(ExceptionGroup, match="could not be settled") as told:
        sweep_all((poisoned, other), everything=True)
    assert [str(one) for one in told.value.exceptions] == ["poisoned"]
    assert other.asked == [True]
