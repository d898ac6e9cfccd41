"""The docs layer as the build makes it, on the import path as in Lambda."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from souk.operations.documentation.presenter import documents, routing
from tooling.contract.template import ROOT


@pytest.fixture(scope="session")
def built_layer(tmp_path_factory: pytest.TempPathFactory) -> Path:
    artifacts = tmp_path_factory.mktemp("docs-layer")
    subprocess.run(
        ["make", "--silent", "build-DocsLayer", f"ARTIFACTS_DIR={artifacts}"],
        cwd=ROOT / "docs",
        env={"PATH": os.environ["PATH"]},
        check=True,
    )
    return artifacts / "python"


@pytest.fixture
def docs_layer(built_layer: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.syspath_prepend(str(built_layer))
    documents._files.cache_clear()
    routing._patterns.cache_clear()
    return built_layer / "souk_docs"
