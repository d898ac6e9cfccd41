"""A stack on the fixture template: the local cloud is tested without the product, and in seconds."""

from __future__ import annotations

import importlib.util
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from local.testing import PATIENCE, LocalStack

FIXTURE = Path(__file__).parent / "fixture"
_SDK = ("boto3", "botocore", "s3transfer", "jmespath", "dateutil", "urllib3", "six")
_SERVICES = {"dynamodb", "kms", "stepfunctions"}

type Seen = Callable[..., dict[str, Any] | None]


def make_build(target: Path) -> Path:
    """A built template of its own, its layer holding the AWS SDK: workers see nothing that their layers do not
    bring.
    """
    shutil.copytree(FIXTURE, target, ignore=shutil.ignore_patterns("__pycache__"))
    program = target / "library/python/program"
    program.touch()
    program.chmod(0o755)
    for name in _SDK:
        spec = importlib.util.find_spec(name)
        assert spec is not None
        assert spec.origin is not None
        origin = Path(spec.origin)
        if origin.name != "__init__.py":
            shutil.copy(origin, target / "library/python")
            continue
        shutil.copytree(
            origin.parent,
            target / "library/python" / name,
            ignore=lambda folder, names: (
                [one for one in names if (Path(folder) / one).is_dir() and one not in _SERVICES]
                if folder.endswith("botocore/data")
                else [one for one in names if one == "__pycache__"]
            ),
        )
    return target


@pytest.fixture(scope="session")
def build(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_build(tmp_path_factory.mktemp("build") / "fixture")


@pytest.fixture(scope="session")
def stack(build: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalStack]:
    """Shared by the tests that only talk to it; those that stop a stack make their own."""
    running = LocalStack(tmp_path_factory.mktemp("data"), build)
    running.start()
    yield running
    running.stop()


@pytest.fixture(scope="session")
def api(stack: LocalStack) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=stack.url, timeout=PATIENCE, trust_env=False) as client:
        yield client


@pytest.fixture
def own_stack(build: Path, tmp_path: Path) -> Iterator[LocalStack]:
    """One that the test may stop and kill; not started."""
    mine = LocalStack(tmp_path / "data", build)
    yield mine
    mine.end()


@pytest.fixture
def seen(stack: LocalStack) -> Seen:
    """What ConsumeFunction wrote down under a key, or nothing."""
    return lambda key, on=stack: seen_on(on, key)


def seen_on(stack: LocalStack, key: str) -> dict[str, Any] | None:
    table, found = stack.physical("Seen"), {"pk": {"S": key}}
    item = stack.client("dynamodb").get_item(TableName=table, Key=found).get("Item")
    return dict(item) if item else None
