"""Starts and stops all of Souk on this machine: data folder, stand-ins, cloud, deployment and API."""

from __future__ import annotations

import errno
import fcntl
import json
import os
import shutil
import socket
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import IO, Any, Final

from local import build, deploy, packaging
from local.children import Children
from local.cloud import Cloud, bind, emulator
from local.durably import replace_durably
from local.expiry import Expiry
from local.gateway import Gateway
from local.patches import gateways
from local.problems import Unusable
from local.running import Places
from local.settings import Settings, installation
from local.stand_ins import StandIn
from local.sweeping import start_sweeps
from local.terminal import Terminal

ROOT = Path(__file__).parents[1]
_SPACE_NEEDED = 300 * 1024 * 1024
PORTS: Final = "ports"
"""The file in a data folder that keeps the ports of its last run."""
FIRST_PORTS: Final = {"cloud": 4566, "ebay": 4570, "stripe": 4574}
SWEEPERS = ("SweepOverdueFunction", "SweepOrdersFunction")


class Stack:
    """One per data folder: a second one is refused while the first runs."""

    def __init__(self, settings: Settings, terminal: Terminal) -> None:
        self.settings = settings
        self._terminal = terminal
        self._lock: IO[str] | None = None
        self._children = Children(settings.data / "children")
        self._ports: dict[str, int] = {}
        self._stand_ins: dict[str, StandIn] = {}
        self._cloud: Cloud | None = None
        self._expiry: Expiry | None = None

    @property
    def places(self) -> Places:
        """The URLs of everything that was started."""
        urls = {name: self._stand_in_url(name) for name in ("ebay", "stripe")}
        return Places(self._api_url, self.cloud.endpoint, **urls, pid=os.getpid())

    @property
    def _api_url(self) -> str:
        return f"http://127.0.0.1:{self.settings.port}/api/v1"

    def _stand_in_url(self, name: str) -> str:
        return self._stand_ins[name].url if name in self._stand_ins else ""

    @property
    def cloud(self) -> Cloud:
        if self._cloud is None:
            raise Unusable("The local cloud is not running.")
        return self._cloud

    def start(self) -> None:
        """Start everything and wait for the API. Raises Unusable; `stop` cleans up what was started until then."""
        data = self.settings.data
        self._take_folder()
        if orphans := self._children.stop_orphans():
            self._terminal.note(f"ended {orphans} processes that an earlier run left behind")
        listener = bind(self.settings.port)
        build.build_if_needed(ROOT, self.settings, self._terminal)
        package = packaging.read_package(self.settings.build)
        if deploy.recover(data):
            self._terminal.note("an earlier deploy did not end; going back to the state before it")
        self._choose_ports()
        with self._terminal.step("Starting the local cloud"):
            self._start_stand_ins()
            self._cloud = Cloud(
                data,
                self._ports["cloud"],
                self._children,
                idle_bytes=self.settings.idle_bytes,
                wait_scale=self.settings.wait_scale,
            )
            self._cloud.start()
            for stand_in in self._stand_ins.values():
                stand_in.wait()
        api = self._deploy(package)
        self._fill_secrets()
        self._serve(api, listener)
        self._sweep()
        self._expiry = Expiry(package.template, self.physical_name, self.cloud.client("s3"))
        self._expiry.start()
        self._announce()

    def problems(self) -> tuple[str, ...]:
        """What is wrong at the moment, as sentences."""
        ended = tuple(stand_in.problem for stand_in in self._stand_ins.values() if stand_in.problem)
        cloud = self._cloud.problems if self._cloud is not None else ()
        return (*ended, *cloud, *filter(None, [self._expiry.problem if self._expiry is not None else ""]))

    @property
    def is_serving(self) -> bool:
        """Whether the cloud and the API can still be reached."""
        return self._cloud is not None and self._cloud.is_serving

    def stop(self) -> None:
        """Stop all processes and save the state. Allowed at any point of a start."""
        if self._expiry is not None:
            self._expiry.stop()
        try:
            if self._cloud is not None:
                self._cloud.stop()
        finally:
            if self._lock is not None:
                (self.settings.data / "running").unlink(missing_ok=True)
                self._children.stop_all()
                self._lock.close()
                self._lock = None

    def _take_folder(self) -> None:
        data = self.settings.data
        try:
            data.mkdir(parents=True, exist_ok=True)
            self._lock = (data / "lock").open("a")
        except OSError as error:
            raise Unusable(f"{data} cannot be used as the data folder (SOUK_DATA): {error.strerror}.") from error
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            self._lock.close()
            self._lock = None
            raise Unusable(f"Another run uses {data}: stop it, or choose another folder with SOUK_DATA=...") from error
        (data / "running").unlink(missing_ok=True)
        if (free := shutil.disk_usage(data).free) < _SPACE_NEEDED:
            raise Unusable(f"There is no space: {data} needs {_SPACE_NEEDED >> 20} MB free and has {free >> 20} MB.")

    def _choose_ports(self) -> None:
        """Keep the ports of the last run: the vendors' URLs are in the deployment, in listings and in payment pages."""
        file = self.settings.data / PORTS
        known = _read_ports(file)
        for name, first in FIRST_PORTS.items():
            self._ports[name] = _free_port(known.get(name, first), {self.settings.port, *self._ports.values()})
        if self._ports != known:
            replace_durably(file, json.dumps(self._ports).encode())

    def _start_stand_ins(self) -> None:
        if self.settings.needs_ebay_stand_in:
            self._start_stand_in("ebay", "eBay")
        if self.settings.needs_stripe_stand_in:
            self._start_stand_in("stripe", "Stripe", "--webhook", f"{self._api_url}/payments/webhook")

    def _start_stand_in(self, name: str, title: str, *arguments: str) -> None:
        stand_in = StandIn(name, title, self._ports[name], self.settings.data)
        stand_in.start(self._children, *arguments)
        self._stand_ins[name] = stand_in

    def _parameters(self) -> dict[str, str]:
        parameters: dict[str, str] = {}
        if ebay := self._stand_in_url("ebay"):
            parameters |= {
                "EbayApiUrl": f"{ebay}ws/api.dll",
                "EbayMediaUrl": f"{ebay}commerce/media/v1_beta",
                "EbayTokenUrl": f"{ebay}identity/v1/oauth2/token",
            }
        if stripe := self._stand_in_url("stripe"):
            parameters["StripeApiUrl"] = stripe.rstrip("/")
        else:
            parameters["Installation"] = installation(self.settings.data)
        return {**parameters, **self.settings.parameters}

    def _deploy(self, package: packaging.Package) -> str:
        data = self.settings.data
        parameters = deploy.declared(package, self._parameters())
        if deploy.is_deployed(data, deploy.deployment_digest(package, parameters)):
            return deploy.deployed_api(data)
        with self._terminal.step("Deploying template.yaml") as step:
            return deploy.deploy(data, package, parameters, self.cloud.client, self.cloud.save, step.update)

    def _fill_secrets(self) -> None:
        """Put the vendors' keys from the settings into the stack's secret, where the functions read them."""
        arn = deploy.outputs(self.cloud.client("cloudformation")).get("VendorSecretArn")
        if arn is None:
            return
        secrets = self.cloud.client("secretsmanager")
        held: Mapping[str, str] = json.loads(secrets.get_secret_value(SecretId=arn)["SecretString"])
        wanted = {**held, **self.settings.secrets}
        if wanted != held:
            secrets.put_secret_value(SecretId=arn, SecretString=json.dumps(wanted))

    def _serve(self, api: str, listener: socket.socket) -> None:
        apigateway = emulator("services.apigateway")
        cloud = self.cloud
        gateway = Gateway(
            api,
            apigateway.handle_execute,
            apigateway.decode_http_api_path,
            cloud.touch,
            gateways.cors_of(apigateway, api),
            lambda: cloud.is_late,
        )
        cloud.serve(gateway, listener)

    def _sweep(self) -> None:
        """Invoke the sweepers: they finish what an earlier run was doing when it ended."""
        start_sweeps(self.cloud.client("lambda"), tuple(filter(None, map(self.physical_name, SWEEPERS))))

    def _announce(self) -> None:
        replace_durably(self.settings.data / "running", json.dumps(asdict(self.places)).encode())

    def physical_name(self, *logical: str) -> str:
        """The deployed name of the first of these resources that is in the stack; empty if none is."""
        return physical_name(self.cloud.client("cloudformation"), deploy.STACK, *logical)


def physical_name(cloudformation: Any, stack: str, *logical: str) -> str:
    """The physical id of the first of these logical ids that is in the stack; empty if none is."""
    pages = cloudformation.get_paginator("list_stack_resources").paginate(StackName=stack)
    found = {
        entry["LogicalResourceId"]: entry["PhysicalResourceId"]
        for page in pages
        for entry in page["StackResourceSummaries"]
    }
    return next((found[name] for name in logical if name in found), "")


def sentence(error: OSError) -> str:
    """An error of the operating system as a sentence for the user."""
    if error.errno == errno.ENOSPC:
        return "There is no space left on the disk; make room and start again."
    return f"{error.strerror or error}{f': {error.filename}' if error.filename else ''}."


def _read_ports(file: Path) -> dict[str, int]:
    try:
        ports = json.loads(file.read_bytes())
        return {name: int(ports[name]) for name in FIRST_PORTS if name in ports}
    except (FileNotFoundError, ValueError, TypeError):
        return {}


def _free_port(wanted: int, taken: set[int]) -> int:
    for port in (wanted, 0):
        if port in taken:
            continue
        try:
            with bind(port) as probe:
                return int(probe.getsockname()[1])
        except Unusable:
            continue
    raise Unusable("This machine has no free port on 127.0.0.1.")
