"""(b): FastAPI behind Mangum, validating and serialising with Souk's own wire shapes.

`async`, so that no pool of threads is paid for.
"""

import importlib
import inspect
import json
import re
import time
from types import GenericAlias
from typing import Annotated, Any

from fastapi import FastAPI, HTTPException, Query, Request, Response  # type: ignore[import-not-found]
from mangum import Mangum  # type: ignore[import-not-found]

from benchmarks.compared.gateway import find_shape, is_admitted, observe, recorded

shape = find_shape()
_ANSWER = recorded["answer"]
_HEADERS = {name: value for name, value in _ANSWER["headers"].items() if name.lower() != "content-type"}


def _wire(reference: str) -> Any:
    """A wire shape of Souk by `module:name`, or a list of one by `module:[name]`."""
    module, _, name = reference.partition(":")
    model = getattr(importlib.import_module(module), name.strip("[]"))
    return GenericAlias(list, (model,)) if name.startswith("[") else model


def _returned() -> Any:
    """What the endpoint returns: members by the names of the shape's fields, which FastAPI validates and serialises."""
    members = json.loads(_ANSWER["body"])
    fields = getattr(_RETURNS, "model_fields", {})
    renamed = {field.serialization_alias: name for name, field in fields.items() if field.serialization_alias}
    return {renamed.get(name, name): value for name, value in members.items()} if renamed else members


_RETURNS = _wire(shape.RETURNS)
_MEMBERS = _returned()


async def _endpoint(request: Request, response: Response, given: Any = None) -> Any:
    started = time.perf_counter()
    event = request.scope["aws.event"]
    if not is_admitted(event):
        raise HTTPException(401)
    shape.work(event, vars(given) if given is not None else {})
    response.headers.update(_HEADERS)
    observe(event, _ANSWER["statusCode"], started)
    return _MEMBERS


def _parameter(name: str, annotation: Any) -> inspect.Parameter:
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, annotation=annotation)


_parameters = [_parameter("request", Request), _parameter("response", Response)]
if hasattr(shape, "BODY"):
    _parameters.append(_parameter("given", _wire(shape.BODY)))
if hasattr(shape, "QUERY"):
    _parameters.append(_parameter("given", Annotated[_wire(shape.QUERY), Query()]))
_endpoint.__signature__ = inspect.Signature(_parameters)  # type: ignore[attr-defined]

app = FastAPI(openapi_url=None)
_method, _, _path = recorded["event"]["routeKey"].partition(" ")
app.add_api_route(
    re.sub(r"\+?}", "}", _path),
    _endpoint,
    methods=[_method],
    status_code=_ANSWER["statusCode"],
    response_model=_RETURNS,
)
handler = Mangum(app, lifespan="off")
