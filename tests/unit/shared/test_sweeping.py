"""Several sweepers in one sweep: a failure of one does not keep the others from running."""

from __future__ import annotations

import pytest

from souk.shared.sweeping import sweep_all


class Sweeping:
    """Handles `handled` entities, or fails if that is None."""

    def __init__(self, handled: int | None) -> None:
        self._handled = handled
        self.asked: list[bool] = []

    def sweep(self, *, everything: bool) -> int:
        self.asked.append(everything)
        if self._handled is None:
            raise RuntimeError("poisoned")
        return self._handled


@pytest.mark.parametrize("everything", [True, False])
def test_sweeping_counts_all_that_was_handled(everything: bool) -> None:
    sweepers = Sweeping(2), Sweeping(0), Sweeping(3)
    assert sweep_all(sweepers, everything=everything) == 5
    assert [sweeper.asked for sweeper in sweepers] == [[everything]] * 3


def test_a_failing_sweeper_is_reported_after_the_others_have_run() -> None:
    poisoned, other = Sweeping(None), Sweeping(1)
    with pytest.raises(ExceptionGroup, match="could not be settled") as raised:
        sweep_all((poisoned, other), everything=True)
    assert [str(error) for error in raised.value.exceptions] == ["poisoned"]
    assert other.asked == [True]
