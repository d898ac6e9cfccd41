"""Imports point inward (docs/adr/0001), and are a budget: a function pays at each cold start for what it imports."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.template.reach import LIBRARY, MODULES, WIRING, imports_of, is_wiring, reach, third_party
from tests.template.stack import sources, template
from tooling.contract.routes import routes
from tooling.contract.template import ROOT, functions

_AWS_PACKAGES = {"boto3", "botocore"}
# The rooms that speak to AWS, beside souk/aws itself.
_AWS_ROOMS = ("souk.aws.", "souk.selling.media.adapters.bedrock.")
_AWS_MODULES = {"souk.selling.photos.adapters.s3", "souk.storefront.search.adapters.index.s3"}
# What a pure room may see of the library: values, errors, failures, time, and pure rooms.
_PURE = {"souk.shared.errors", "souk.shared.failure_reason", "souk.shared.money", "souk.shared.clock"}
_WEB = "souk.http."


_CONTEXTS = ("accounts", "selling", "storefront", "operations")
ROOMS = frozenset(
    {
        *("model", "service", "keys", "mapping", "repository", "schemas", "presenter", "stream", "workflow"),
        "adapters",
    }
)
"""What a domain may consist of: modules of these names, or packages."""


def _room(module: str) -> str | None:
    """The room of a module within its domain, or None: souk.<context>.<domain>.<room>[.<part>...]"""
    parts = module.split(".")
    return parts[3] if len(parts) > 3 and parts[1] in _CONTEXTS else None


def _domain(module: str) -> str:
    return ".".join(module.split(".")[:3])


def _in_rooms(*rooms: str) -> list[str]:
    return [module for module in MODULES if _room(module) in rooms]


def _is_model(module: str) -> bool:
    return _room(module) == "model"


@pytest.mark.parametrize("module", [module for module in MODULES if _is_model(module)])
def test_a_model_is_pure_python_about_its_domain(module: str) -> None:
    seen = imports_of(MODULES[module], at_import=False)
    assert third_party(seen) <= {"idna"}  # the rules of names on the internet: text in, text out
    outward = {name for name in seen if name in MODULES and name not in _PURE and not _is_model(name)}
    assert {name for name in outward if MODULES[name].name != "__init__.py"} == set()


def test_a_domain_has_the_rooms_that_every_domain_has() -> None:
    rooms = {module: _room(module) for module in MODULES}
    assert {module: room for module, room in rooms.items() if room is not None and room not in ROOMS} == {}


@pytest.mark.parametrize("module", _in_rooms("service", "workflow"))
def test_a_use_case_sees_no_web_no_vendor_and_no_storage_but_its_own_repository(module: str) -> None:
    seen = imports_of(MODULES[module], at_import=False)
    refused = {
        name
        for name in seen - {f"{_domain(module)}.repository"}
        if _room(name) in ("repository", "adapters", "schemas")
        or name.startswith((_WEB, "souk.aws.clients", "souk.aws.tables", WIRING))
        or name.split(".")[0] in {*_AWS_PACKAGES, "httpx", "pydantic"}
    }
    assert refused == set()


@pytest.mark.parametrize("module", MODULES)
def test_only_storage_rooms_and_named_adapters_know_that_aws_is_there(module: str) -> None:
    speaks_to_aws = bool({name.split(".")[0] for name in imports_of(MODULES[module], at_import=False)} & _AWS_PACKAGES)
    is_allowed = module.startswith(_AWS_ROOMS) or module in _AWS_MODULES or _room(module) == "repository"
    assert is_allowed or not speaks_to_aws


@pytest.mark.parametrize("module", MODULES)
def test_nothing_but_functions_sees_the_wiring(module: str) -> None:
    seen = imports_of(MODULES[module], at_import=False)
    assert is_wiring(module) or not {name for name in seen if is_wiring(name)}


def test_no_modules_import_one_another_in_a_circle() -> None:
    graph = {name: imports_of(file, at_import=True) & set(MODULES) - {name} for name, file in MODULES.items()}
    while leaves := {name for name, seen in graph.items() if not seen & set(graph)}:
        graph = {name: seen for name, seen in graph.items() if name not in leaves}
    assert sorted(graph) == []


_LOGIC: dict[str, set[type[ast.AST]]] = {
    "GrantOperatorFunction": {ast.Try},  # on no route: no shape and no decorator refuses a bad email for it
    "DispatchListingsFunction": {ast.For},  # a stream brings many
    "DispatchOrdersFunction": {ast.For},
}


@pytest.mark.parametrize("function", sources())
def test_a_function_is_thin(function: str) -> None:
    """No AWS, no environment, no try: parse, call one use case, answer."""
    domain, name = sources()[function]
    file = ROOT / "functions" / domain / f"{name}.py"
    tree = ast.parse(file.read_text())
    logic = {type(node) for node in ast.walk(tree)} & {ast.Try, ast.ClassDef, ast.While, ast.For}
    assert logic <= _LOGIC.get(function, set())
    seen = imports_of(file, at_import=False)
    assert not {one.split(".")[0] for one in seen} - {"souk", "collections", "typing"}
    assert not {one for one in seen if one.startswith("souk.aws.") and one != "souk.aws.step"}
    assert not {one for one in seen if one.endswith(".repository")}


# The budget ----------------------------------------------------------------------------------------------------------

# A function that is imported has paid for its shapes, and for the errors that storage rooms distinguish. All else is
# imported by the use case that needs it (souk/wiring).
_AT_IMPORT = frozenset(
    {"botocore", "pydantic", "pydantic_core", "annotated_types", "typing_extensions", "typing_inspection"}
)

# Who can come to import what, however late. A package out of a function's reach costs it nothing.
_SENDING = {"generate_images", "give_up_publishing", "preflight_listing", "publish_to_marketplace"}
_PAYING = {
    *("buy_product", "cancel_order", "change_order_status", "close_unpaid_order", "place_order", "receive_webhook"),
    *("refund_order", "sweep_orders"),
}
_HASHING_PASSWORDS = {
    *("log_in", "log_in_buyer", "log_in_seller", "register_account", "register_buyer", "register_seller"),
}
_REACH = {
    "PIL": None,
    "argon2": _HASHING_PASSWORDS,
    "cryptography": {"authorize"},
    "defusedxml": _SENDING - {"generate_images"},
    "httpx": _SENDING | _PAYING,
    "imageio_ffmpeg": {"start_video", "poll_video"},
    "jwt": {"authorize"},
    "numpy": {"generate_images", "start_video", "poll_video"},
    "python_multipart": {"add_photos", "add_images"},
    "tantivy": {"search_products", "browse_products", "index_products", "rebuild_index"},
    "boto3": set[str](),
}
"""None: named by a room that others share for its limits or errors; the layers below hold these."""


@pytest.fixture(scope="module")
def probes() -> dict[str, dict[str, Any]]:
    """What importing each function does (probe.py). Those on no route must not bring pydantic, so they come first."""
    files = {name: str(ROOT / "functions" / domain / f"{file}.py") for name, (domain, file) in sources().items()}
    groups = [
        ("botocore", [file for name, file in files.items() if name not in ENDPOINTS]),
        ("pydantic", [file for name, file in files.items() if name in ENDPOINTS]),
    ]
    done = subprocess.run(
        [sys.executable, "-P", str(Path(__file__).with_name("probe.py"))],
        input=json.dumps(groups),
        env={"PYTHONPATH": str(LIBRARY)},
        check=True,
        capture_output=True,
        text=True,
    )
    answers = json.loads(done.stdout)
    return {name: answers[file] for name, file in files.items()}


ENDPOINTS = {route.function for route in routes()}


@pytest.mark.parametrize("function", sources())
def test_importing_a_function_reads_no_clock_no_randomness_and_no_network(
    function: str, probes: dict[str, dict[str, Any]]
) -> None:
    assert "error" not in probes[function], probes[function]["error"]


@pytest.mark.parametrize("function", sources())
def test_importing_a_function_brings_shapes_and_nothing_heavy(function: str, probes: dict[str, dict[str, Any]]) -> None:
    allowed = _AT_IMPORT if function in ENDPOINTS else frozenset({"botocore"})
    assert set(probes[function]["packages"]) <= allowed


def test_all_that_a_function_can_import_is_in_its_budget() -> None:
    reached: dict[str, set[str]] = {package: set() for package in _REACH}
    for domain, name in sources().values():
        for package in reach(ROOT / "functions" / domain / f"{name}.py") & set(_REACH):
            reached[package].add(name)
    assert {package: reached[package] for package, names in _REACH.items() if names is not None} == {
        package: names for package, names in _REACH.items() if names is not None
    }


def test_a_function_that_computes_pictures_has_the_layer_that_can() -> None:
    with_imaging = {
        sources()[name][1]
        for name, one in functions(template()).items()
        if {"Ref": "ImagingLayer"} in one.get("Layers", [])
    }
    assert with_imaging == {
        *("process_upload", "process_image", "get_media"),
        *("generate_images", "start_video", "poll_video"),
    }


def test_a_function_that_searches_has_the_layer_that_can() -> None:
    with_engine = {
        sources()[name][1]
        for name, one in functions(template()).items()
        if {"Ref": "SearchLayer"} in one.get("Layers", [])
    }
    assert with_engine == _REACH["tantivy"]


# What is written ------------------------------------------------------------------------------------------------------


def test_no_tracked_file_names_a_registry_or_a_place_on_one_machine() -> None:
    tracked = subprocess.run(
        ["git", "ls-files", "-z"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    # Put together here, so that this file does not name them either.
    registries = [
        "py" + "pi.org",
        "python" + "hosted.org",
        "registry.npm" + "js.org",
        "--index" + "-url",
        "--extra-index" + "-url",
    ]
    places = ["/ho" + "me/", "/Us" + "ers/", "/ro" + "ot/", "/wo" + "rk/"]
    found = []
    for name in filter(None, tracked.stdout.split("\0")):
        file = ROOT / name
        if not file.is_file():
            continue
        content = file.read_bytes()
        found += [f"{name}: {one}" for one in registries if one.encode() in content]
        if file.suffix in {".toml", ".txt", ".in", ".yaml", ".json", ".cfg", ""} or file.name == "Makefile":
            found += [f"{name}: {one}" for one in places if one.encode() in content]
    assert found == []
