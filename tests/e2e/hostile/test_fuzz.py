"""Generated requests: no 5xx, and no answer that the contract does not describe."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from local.testing import PATIENCE, ROOT, LocalStack
from tests.e2e.account import Heard
from tests.e2e.storefront.trading import Shop

_TOOL = ROOT / ".venv/bin/schemathesis"
_CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance"
_SECONDS = 8 * PATIENCE
_HOOKS = Path(__file__).with_name("fewer_cases.py")


def test_schemathesis_finds_no_error(souk: LocalStack, heard: Heard, tmp_path: Path) -> None:
    seller = Shop(souk, heard)
    command = [
        str(_TOOL), "run", str(ROOT / "docs/openapi.json"), "--url", souk.url.removesuffix("/api/v1"),
        "--header", f"Authorization: Bearer {seller.token}",
        "--phases", "coverage",
        "--checks", _CHECKS, "--generation-deterministic",
        "--workers", "2", "--no-color", "--warnings", "off", "--max-failures", "20",
        "--suppress-health-check", "all", "--request-timeout", str(PATIENCE),
    ]  # fmt: skip
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "PYTEST"))}
    environment |= {"SCHEMATHESIS_HOOKS": _HOOKS.stem, "PYTHONPATH": str(_HOOKS.parent)}
    done = subprocess.run(
        command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=_SECONDS, check=False
    )
    assert done.returncode == 0, f"{done.stdout[-12_000:]}\n{done.stderr[-2000:]}"
