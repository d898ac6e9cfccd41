"""What belongs to the figure of a picture, smoothed within its regions."""

from __future__ import annotations

import numpy as np
import pytest

from souk.selling.media.adapters.studio.matting import random_walk


@pytest.mark.parametrize("shape", [(1, 12), (12, 1), (1, 1)], ids=str)
def test_a_picture_of_a_single_row_or_column_is_smoothed_like_any_other(shape: tuple[int, int]) -> None:
    prior = np.full(shape, 0.25, dtype=np.float32)
    smoothed = random_walk(np.zeros((*shape, 3), dtype=np.float32), prior, pull=1.0)
    assert smoothed == pytest.approx(prior, abs=1e-5)
