"""Stand-ins start as processes of their own, say when they cannot, and end with their data folder's run."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from local.children import Children
from local.problems import Unusable
from local.stand_ins import StandIn
from local.testing import free_port, wait_until

pytestmark = pytest.mark.enable_socket


@pytest.fixture
def children(tmp_path: Path) -> Iterator[Children]:
    started = Children(tmp_path / "children")
    yield started
    started.stop_all()


@pytest.mark.parametrize(("name", "title"), [("ebay", "eBay"), ("stripe", "Stripe")])
def test_a_stand_in_answers_once_it_is_waited_for(children: Children, tmp_path: Path, name: str, title: str) -> None:
    stand_in = StandIn(name, title, free_port(), tmp_path)
    assert stand_in.problem == ""
    stand_in.start(children)
    stand_in.wait()
    assert httpx.get(stand_in.url, trust_env=False).status_code == 200
    assert (tmp_path / name).is_dir()
    children.stop_all()
    wait_until(lambda: f"The {title} stand-in ended by itself" in stand_in.problem)


def test_a_stand_in_that_cannot_start_is_a_sentence_that_names_its_log(children: Children, tmp_path: Path) -> None:
    (tmp_path / "stripe" / "stripe.sqlite3").mkdir(parents=True)
    stand_in = StandIn("stripe", "Stripe", free_port(), tmp_path)
    stand_in.start(children)
    with pytest.raises(Unusable, match=r"The Stripe stand-in does not start; its log is .*stripe\.log"):
        stand_in.wait()
