"""Uploads the output of `sam build` to the local S3 and puts its locations into the template, as `sam package` does.

Keys are content hashes, and archives contain no dates, so an unchanged artifact keeps its key: if the template is
unchanged, there is nothing to deploy.
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from local.problems import Unusable

BUCKET = "souk-artifacts"
_TEMPLATE = "template.json"
_LOCATIONS = {
    "AWS::Serverless::Function": "CodeUri",
    "AWS::Serverless::LayerVersion": "ContentUri",
    "AWS::Serverless::StateMachine": "DefinitionUri",
}
_FIXED_DATE = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Package:
    """`template` with `s3://` locations. `artifacts`: key -> the folder or file to upload."""

    template: dict[str, Any]
    artifacts: Mapping[str, Path]

    def digest(self, parameters: Mapping[str, str]) -> str:
        """Identifies a deployment: with an equal digest there is nothing to deploy."""
        return hashlib.sha256(json.dumps([self.template, dict(parameters)], sort_keys=True).encode()).hexdigest()


def read_package(build: Path) -> Package:
    """The built template with its artifacts, not uploaded yet. Raises Unusable when there is no build."""
    try:
        template = yaml.safe_load((build / "template.yaml").read_text())
    except FileNotFoundError as error:
        raise Unusable(f"There is no built template in {build}: run `make build`.") from error
    artifacts: dict[str, Path] = {}
    keys: dict[Path, str] = {}
    for resource in template["Resources"].values():
        name = _LOCATIONS.get(resource["Type"])
        location = resource["Properties"].get(name) if name else None
        if not isinstance(location, str) or location.startswith("s3://"):
            continue
        source = (build / location).resolve()
        if source not in keys:
            keys[source] = _key(source)
            artifacts[keys[source]] = source
        resource["Properties"][name] = f"s3://{BUCKET}/{keys[source]}"
    return Package(template, artifacts)


def upload_template(template: Mapping[str, Any], s3: Any) -> str:
    """Upload a template and return its URL. In a request, CloudFormation accepts 51,200 bytes at most."""
    s3.put_object(Bucket=BUCKET, Key=_TEMPLATE, Body=json.dumps(template).encode())
    return f"{s3.meta.endpoint_url}/{BUCKET}/{_TEMPLATE}"


def upload(package: Package, s3: Any) -> int:
    """Upload the artifacts that are missing in the bucket, and delete old ones. Returns how many were uploaded."""
    held = _held(s3)
    missing = {key: source for key, source in package.artifacts.items() if key not in held}
    for key, source in missing.items():
        s3.put_object(Bucket=BUCKET, Key=key, Body=_archive(source) if source.is_dir() else source.read_bytes())
    for key in held - {*package.artifacts, _TEMPLATE}:
        s3.delete_object(Bucket=BUCKET, Key=key)
    return len(missing)


def _held(s3: Any) -> set[str]:
    if BUCKET not in {bucket["Name"] for bucket in s3.list_buckets()["Buckets"]}:
        s3.create_bucket(Bucket=BUCKET)
        return set()
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=BUCKET)
    return {entry["Key"] for page in pages for entry in page.get("Contents", ())}


def _key(source: Path) -> str:
    digest = hashlib.sha256()
    for path, name in _files(source) if source.is_dir() else ((source, source.name),):
        digest.update(name.encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
    return f"{digest.hexdigest()}{'.zip' if source.is_dir() else ''}"


def _archive(folder: Path) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for path, name in _files(folder):
            entry = zipfile.ZipInfo(name, _FIXED_DATE)
            entry.external_attr = path.stat().st_mode << 16
            archive.writestr(entry, path.read_bytes(), zipfile.ZIP_DEFLATED, 1)
    return content.getvalue()


def _files(folder: Path) -> Iterator[tuple[Path, str]]:
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            yield path, path.relative_to(folder).as_posix()
