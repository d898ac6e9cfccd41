"""What a recorded call asked of AWS and of vendors, as statements of Python: the work of the generated handlers.

Items go through boto3's own serializer, as Souk's go through its own. The product search is tantivy's, over the index's
own files, with tantivy's own parser of queries in the place of Souk's.
"""

from __future__ import annotations

import ast
import base64
import re
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import parse_qsl

from benchmarks.vendors import EBAY
from souk.aws.attributes import from_attribute
from souk.storefront.search.adapters.index.querying import AGGREGATIONS

_PASSWORD_HASH = re.compile(rb"\$argon2id\$[A-Za-z0-9+/=,$]+")
_ATTRIBUTE_KINDS = frozenset({"S", "N", "B", "BOOL", "NULL", "M", "L", "SS"})
_ITEMS: Final = {
    "GetItem": 'item = {name: deserialize(value) for name, value in answer.get("Item", {}).items()}',
    "Query": 'items = [{name: deserialize(value) for name, value in item.items()} for item in answer["Items"]]',
    "BatchGetItem": "items = [{name: deserialize(value) for name, value in item.items()}"
    ' for found in answer["Responses"].values() for item in found]',
}
_PRESIGNING_CLIENT: Final = (
    'boto3.client("s3", config=Config(signature_version="s3v4", s3={"addressing_style": "path"}))'
)
_SIGNED: Final = "stripe-signature"

_EBAY = """
def ask_ebay(call):
    root = ElementTree.Element(f"{call}Request", xmlns="urn:ebay:apis:eBLBaseComponents")
    ElementTree.SubElement(root, "ErrorLanguage").text = "en_US"
    reply = http.request("POST", os.environ["EBAY_API_URL"], body=ElementTree.tostring(root),
                         headers={"X-EBAY-API-CALL-NAME": call, "Content-Type": "text/xml"})
    return ElementTree.fromstring(reply.data)
"""

_STRIPE = """
def ask_stripe(method, path, headers, fields):
    reply = http.request(method, f"{os.environ['STRIPE_API_URL']}/{path}", headers=headers, body=urlencode(fields))
    return json.loads(reply.data)
"""

_SIGNATURE = """
def check_signature(event, secret):
    parts = dict(part.split("=") for part in event["headers"]["stripe-signature"].split(","))
    signed = f"{parts['t']}.".encode() + body_of(event)
    expected = hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()
    if not hmac.compare_digest(expected, parts["v1"]):
        raise ValueError("forged")
"""

_SEARCH = """
def words():
    return (tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple()).filter(tantivy.Filter.remove_long(40))
            .filter(tantivy.Filter.lowercase()).filter(tantivy.Filter.ascii_fold()))
def search(fetched, text, ordered, aggregations):
    manifest, folder = json.loads(fetched["index/manifest"]), tempfile.mkdtemp()
    for name, (pack, offset, size, _) in manifest["files"].items():
        with open(os.path.join(folder, name), "wb") as file:
            file.write(fetched["index/packs/" + pack][offset : offset + size])
    with open(os.path.join(folder, "meta.json"), "w") as file:
        file.write(manifest["meta"])
    index = tantivy.Index.open(folder)
    index.register_tokenizer("words", words().build())
    index.register_tokenizer("stems", words().filter(tantivy.Filter.stemmer("english")).build())
    index.config_reader("manual")
    searcher = index.searcher()
    query = index.parse_query(text, ["title", "description", "stems"], conjunction_by_default=True)
    result = searcher.search(query, 20, **ordered)
    facets = searcher.aggregate(query, aggregations) if aggregations else None
    return [json.loads(searcher.doc(address).get_first("document")) for _, address in result.hits], result.count, facets
"""

type Recorded = Mapping[str, Any]


def asks_aws(recorded: Recorded) -> bool:
    return bool(recorded["exchanges"] or recorded["presigned"])


def imports(recorded: Recorded) -> list[str]:
    lines = ["import base64", "import datetime", "import json", "import os", "import time"]
    if asks_aws(recorded):
        lines += ["import boto3", "from botocore.config import Config"]
        lines += ["from boto3.dynamodb.types import TypeDeserializer"] if _reads(recorded) else []
        lines += ["from boto3.dynamodb.types import TypeSerializer", "from decimal import Decimal"]
    if _password(recorded):
        lines.append("from argon2 import PasswordHasher")
    if recorded["vendor"]:
        lines += ["import certifi", "import ssl", "import urllib3"]
        lines += ["from urllib.parse import urlencode", "from xml.etree import ElementTree"]
    if _is_signed(recorded):
        lines += ["import hashlib", "import hmac"]
    if _fetches(recorded):
        lines += ["import tempfile", "import tantivy"]
    return lines


def preamble(recorded: Recorded) -> list[str]:
    """Clients, and whatever else a handler makes once."""
    lines = []
    used = services(recorded)
    if used:
        lines.append(
            'config = Config(connect_timeout=2, read_timeout=8, retries={"mode": "standard", "total_max_attempts": 3})'
        )
    lines += [f"{service} = {_client(service)}" for service in sorted(used)]
    lines += ["deserialize = TypeDeserializer().deserialize"] if _reads(recorded) else []
    if used:
        lines += ["def attributes(item):", "    return {name: serialize(value) for name, value in item.items()}"]
        lines.append("serialize = TypeSerializer().serialize")
    lines += ["hasher = PasswordHasher(time_cost=3, memory_cost=32768, parallelism=1)"] if _password(recorded) else []
    if recorded["vendor"]:
        # The stand-in speaks plain HTTP, but vendors do not: whoever asks one reads the certificates that he trusts.
        lines += ["http = urllib3.PoolManager(ssl_context=ssl.create_default_context(cafile=certifi.where()))"]
        lines += [_EBAY if vendor == EBAY else _STRIPE for vendor in {one["vendor"] for one in recorded["vendor"]}]
    lines += [_SIGNATURE] if _is_signed(recorded) else []
    lines += [_SEARCH] if _fetches(recorded) else []
    return lines


def work(recorded: Recorded, password: str) -> list[str]:
    """The requests, in order. `password` is the expression of the one that was given."""
    lines = ["fetched = {}"] if _fetches(recorded) else []
    for exchange in recorded["exchanges"]:
        request = ast.literal_eval(exchange["request"])
        lines.append(f"answer = {call(exchange, _source(request))}")
        match exchange["operation"]:
            case "GetObject":
                lines.append(f"fetched[{request['Key']!r}] = answer['Body'].read()")
            case "GetSecretValue":
                lines.append('secrets = json.loads(answer["SecretString"])')
            case operation if operation in _ITEMS:
                lines.append(_ITEMS[operation])
    lines += presigning(recorded)
    if _is_signed(recorded):
        lines.append('check_signature(event, secrets["stripe_webhook_secret"])')
    if _fetches(recorded):
        lines.append(f"found = search(fetched, {_asked(recorded['event']['queryStringParameters'])})")
    if encoded := _password(recorded):
        registering = "register" in recorded["path"]
        lines.append(f"hasher.hash({password})" if registering else f"hasher.verify({encoded!r}, {password})")
    return [*lines, *(_ask_vendor(one) for one in recorded["vendor"])]


def services(recorded: Recorded) -> set[str]:
    return {exchange["service"] for exchange in recorded["exchanges"]} | ({"s3"} if recorded["presigned"] else set())


def call(exchange: Recorded, request: str) -> str:
    name = re.sub(r"(?<!^)(?=[A-Z])", "_", exchange["operation"]).lower()
    return f"{exchange['service']}.{name}(**{request})"


def presigning(recorded: Recorded) -> list[str]:
    lines = []
    for name, arguments in recorded["presigned"]:
        lines.append(f"given_arguments = {arguments}")
        lines.append(f"s3.{name}(*given_arguments[0], **given_arguments[1])")
    return lines


def _client(service: str) -> str:
    return _PRESIGNING_CLIENT if service == "s3" else f"boto3.client({service!r}, config=config)"


def _ask_vendor(exchange: Recorded) -> str:
    if exchange["vendor"] == EBAY:
        return f"ask_ebay({exchange['headers']['x-ebay-api-call-name']!r})"
    fields = dict(parse_qsl(exchange["request"]))
    return f"ask_stripe({exchange['method']!r}, {exchange['path']!r}, {exchange['headers']!r}, {fields!r})"


def _asked(query: Mapping[str, str]) -> str:
    """Words, a greatest price, a category, and facets: as arguments of `search`."""
    words = query.get("search") or query.get("q") or ""
    category = query.get("category_id") or query.get("category")
    text = [words] if words else []
    text += [f"category_id:{category}"] if category else []
    text += [f"price:[0 TO {int(query['max_price']) * 1000}]"] if "max_price" in query else []
    ordered = {"weight_by_field": "distinction"} if words else {"order_by_field": "by_time"}
    return f"{' '.join(text)!r}, {ordered!r}, {AGGREGATIONS if 'facets' in query else None!r}"


def _source(request: Any) -> str:
    """A recorded request as source: its items as Python values, which the handler has to serialize."""
    match request:
        case dict() if request and all(_is_attribute(value) for value in request.values()):
            return f"attributes({ {name: from_attribute(value) for name, value in request.items()}!r})"
        case dict():
            return "{" + ", ".join(f"{name!r}: {_source(value)}" for name, value in request.items()) + "}"
        case list():
            return "[" + ", ".join(_source(value) for value in request) + "]"
    return repr(request)


def _is_attribute(value: Any) -> bool:
    return isinstance(value, dict) and len(value) == 1 and next(iter(value)) in _ATTRIBUTE_KINDS


def _reads(recorded: Recorded) -> bool:
    return any(exchange["operation"] in _ITEMS for exchange in recorded["exchanges"])


def _fetches(recorded: Recorded) -> bool:
    return any(exchange["operation"] == "GetObject" for exchange in recorded["exchanges"])


def _is_signed(recorded: Recorded) -> bool:
    return _SIGNED in recorded["event"]["headers"]


def _password(recorded: Recorded) -> str | None:
    """The hash that this function verified or made."""
    if not re.search("register|log_in", recorded["path"]):
        return None
    texts = [base64.b64decode(exchange["body"]) for exchange in recorded["exchanges"]]
    texts += [exchange["request"].encode() for exchange in recorded["exchanges"]]
    return next(found[0].decode() for text in texts if (found := _PASSWORD_HASH.search(text)))
