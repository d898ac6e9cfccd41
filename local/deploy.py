"""Deploys the package with CloudFormation, as one transaction over the state folder.

A deploy writes to a dozen services, which are saved separately: a kill in the middle would leave a stack whose records
and resources disagree. So the state is kept aside first (as hard links, without copying), together with a marker file.
A start that finds the marker restores that state; the same happens after a refused template. An unchanged package is
not deployed: its digest is stored with the state.
"""

from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Callable, Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

from local import packaging, routes
from local.durably import replace_durably
from local.packaging import Package
from local.problems import DeployFailed

STACK = "souk"
_POLL = 0.1
_LIMIT = 600.0
_CAPABILITIES = ["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"]


def recover(folder: Path) -> bool:
    """Undo an interrupted deploy, before the cloud starts. Returns whether there was one."""
    mark, before, state = folder / "deploying", folder / "state.before", folder / "state"
    if not mark.exists():
        shutil.rmtree(before, ignore_errors=True)
        return False
    if before.exists():
        shutil.rmtree(state, ignore_errors=True)
        before.rename(state)
    mark.unlink()
    return True


def is_deployed(folder: Path, digest: str) -> bool:
    """Whether this deployment is in the state already."""
    return _record(folder).get("digest") == digest


def deployed_api(folder: Path) -> str:
    """The id of the deployed API."""
    return str(_record(folder)["api"])


def deploy(
    folder: Path,
    package: Package,
    parameters: Mapping[str, str],
    client: Callable[[str], Any],
    save: Callable[[], None],
    report: Callable[[str], None],
) -> str:
    """Deploy and return the API's id. Raises DeployFailed with the refused resources and the reasons."""
    _begin(folder, save)
    report("uploading")
    packaging.upload(package, client("s3"))
    template = _with_defaults(package.template, parameters)
    url = packaging.upload_template(template, client("s3"))
    _apply(url, template, parameters, client("cloudformation"), report)
    report("completing the routes")
    api = routes.complete(STACK, client("cloudformation"), client("apigatewayv2"))
    save()
    record = {"digest": deployment_digest(package, parameters), "api": api}
    replace_durably(folder / "state" / "deployment", json.dumps(record).encode())
    (folder / "deploying").unlink()
    shutil.rmtree(folder / "state.before", ignore_errors=True)
    return api


def deployment_digest(package: Package, parameters: Mapping[str, str]) -> str:
    """Includes the version of MiniStack and local/routes.py, because both influence the result of a deploy."""
    completion = Path(routes.__file__).read_text()
    return package.digest({**parameters, "ministack": version("ministack"), "routes": completion})


def declared(package: Package, parameters: Mapping[str, str]) -> dict[str, str]:
    """Those parameters that the template declares."""
    return {name: value for name, value in parameters.items() if name in package.template.get("Parameters", {})}


def outputs(cloudformation: Any) -> dict[str, str]:
    """The stack's outputs by name."""
    [stack] = cloudformation.describe_stacks(StackName=STACK)["Stacks"]
    return {output["OutputKey"]: output["OutputValue"] for output in stack.get("Outputs", ())}


def _begin(folder: Path, save: Callable[[], None]) -> None:
    save()
    before = folder / "state.before"
    shutil.rmtree(before, ignore_errors=True)
    _link_tree(folder / "state", before)
    replace_durably(folder / "deploying", b"")


def _link_tree(source: Path, target: Path) -> None:
    target.mkdir()
    for entry in source.iterdir():
        if entry.is_dir():
            _link_tree(entry, target / entry.name)
        elif entry.suffix not in {".new", ".tmp"}:
            try:
                os.link(entry, target / entry.name)
            except FileNotFoundError:
                continue  # a file that a save has replaced meanwhile


def _record(folder: Path) -> dict[str, Any]:
    try:
        record = json.loads((folder / "state" / "deployment").read_bytes())
    except (FileNotFoundError, ValueError):
        return {}
    return record if isinstance(record, dict) else {}


def _apply(
    url: str,
    template: Mapping[str, Any],
    parameters: Mapping[str, str],
    cloudformation: Any,
    report: Callable[[str], None],
) -> None:
    request = {
        "StackName": STACK,
        "TemplateURL": url,
        "Parameters": [{"ParameterKey": name, "ParameterValue": value} for name, value in parameters.items()],
        "Capabilities": _CAPABILITIES,
    }
    try:
        if _status(cloudformation) in {"", "DELETE_COMPLETE"}:
            cloudformation.create_stack(**request, OnFailure="DO_NOTHING")
        else:
            cloudformation.update_stack(**request)
    except cloudformation.exceptions.ClientError as error:
        refusal = error.response["Error"]
        # There is no error code for this: it is a ValidationError with this text.
        if "No updates are to be performed" in refusal["Message"]:
            return
        raise DeployFailed(f"CloudFormation refused the template: {refusal['Message'][:1000]}") from error
    _wait(cloudformation, len(template["Resources"]), report)


def _with_defaults(template: dict[str, Any], parameters: Mapping[str, str]) -> dict[str, Any]:
    """The template with the given values as its defaults.

    MiniStack 1.5.33 runs the SAM transform on the defaults only, and SAM writes them into resources that it generates,
    such as the API's CORS settings.
    """
    declared = template.get("Parameters", {})
    given = {name: {**declared[name], "Default": value} for name, value in parameters.items()}
    return {**template, "Parameters": {**declared, **given}}


def _status(cloudformation: Any) -> str:
    stacks = cloudformation.list_stacks()["StackSummaries"]
    return next(
        (s["StackStatus"] for s in stacks if s["StackName"] == STACK and s["StackStatus"] != "DELETE_COMPLETE"), ""
    )


def _wait(cloudformation: Any, resources: int, report: Callable[[str], None]) -> None:
    deadline = time.monotonic() + _LIMIT
    while time.monotonic() < deadline:
        status = _status(cloudformation)
        if not status.endswith("_IN_PROGRESS"):
            break
        done = len(cloudformation.list_stack_resources(StackName=STACK)["StackResourceSummaries"])
        report(f"{done} resources" if done else f"{resources} resources in the template")
        time.sleep(_POLL)
    if status in {"CREATE_COMPLETE", "UPDATE_COMPLETE"}:
        return
    events = cloudformation.describe_stack_events(StackName=STACK)["StackEvents"]
    reasons = [
        f"  {event['LogicalResourceId']}: {event.get('ResourceStatusReason', 'no reason given')}"
        for event in reversed(events)
        if event["ResourceStatus"].endswith("_FAILED")
    ]
    raise DeployFailed("\n".join([f"The deploy ended as {status}:", *reasons]))
