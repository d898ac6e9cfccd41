"""A function is given the environment variables that it reads, and no others."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import Any

import pytest

from local.testing import PATIENCE
from tests.template.reach import variables_read
from tests.template.stack import grants, references, role_of, sources, template
from tooling.contract.template import ROOT, functions

# Powertools, pydantic and Python read these themselves, in every function.
_READ_BY_LIBRARIES = {
    *("POWERTOOLS_SERVICE_NAME", "POWERTOOLS_METRICS_NAMESPACE"),
    *("PYDANTIC_DISABLE_PLUGINS", "PYTHONTZPATH"),
}
# Lambda allows 4096 bytes of names and values; what a deployment fills in (ARNs, addresses) is longer than its name.
_MOST_VARIABLES = 20


def given(function: str) -> dict[str, Any]:
    """The variables of a function's own, unresolved."""
    variables: dict[str, Any] = functions(template())[function].get("Environment", {}).get("Variables", {})
    return variables


def test_every_function_is_given_only_what_libraries_read() -> None:
    assert set(template()["Globals"]["Function"]["Environment"]["Variables"]) == _READ_BY_LIBRARIES


@pytest.mark.parametrize("function", sources())
def test_a_function_is_given_the_variables_that_it_reads(function: str) -> None:
    domain, name = sources()[function]
    read = variables_read(ROOT / "functions" / domain / f"{name}.py")
    assert set(given(function)) == read, f"change Environment of {function} in stack/{domain}.yaml"


@pytest.mark.parametrize("function", sources())
def test_a_function_is_given_few_and_short_variables(function: str) -> None:
    assert len(given(function)) <= _MOST_VARIABLES
    assert "TaxRates" not in references(given(function)), "tax rates can be as long as a whole environment"


def test_a_variable_means_the_same_in_every_function() -> None:
    meanings: dict[str, list[Any]] = {}
    for function in sources():
        for name, value in given(function).items():
            if value not in meanings.setdefault(name, []):
                meanings[name].append(value)
    assert {name: values for name, values in meanings.items() if len(values) > 1} == {}


def test_the_tax_rates_are_in_a_secret_that_only_functions_which_price_orders_read() -> None:
    readers = {name for name in sources() if "SOUK_TAX_RATES_SECRET" in given(name)}
    assert readers == {"PreviewOrderFunction", "PlaceOrderFunction", "BuyProductFunction"}
    right = ("secretsmanager:GetSecretValue", "TaxRatesSecret")
    assert {name for name in sources() if right in set(grants(role_of(name)))} == readers


def test_importing_what_workers_share_reads_no_variable_of_a_function() -> None:
    """The local cloud forks its workers: what a module read when it was imported would be another function's."""
    own = sorted({name for function in sources() for name in given(function)} - _READ_BY_LIBRARIES)
    assert len(own) > 20
    program = """
import os, sys
from local import forkserver

asked = set()

class Watched(type(os.environ)):
    def __getitem__(self, name):
        asked.add(name)
        return super().__getitem__(name)

os.environ.__class__ = Watched
for name in forkserver._LIBRARIES:
    forkserver._import_all(name)
assert "souk.wiring.orders" in sys.modules
print(sorted(asked.intersection(sys.argv[1:])))
"""
    done = subprocess.run(
        [sys.executable, "-c", program, *own],
        cwd=ROOT,
        env={"PYTHONPATH": "layers/souk:.", "PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert (done.stdout, done.stderr) == ("[]\n", "")
