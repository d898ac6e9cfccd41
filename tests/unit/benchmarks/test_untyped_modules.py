"""What the layer's build takes out of modules is nothing that runs."""

from __future__ import annotations

import importlib.util
import shutil
from pathlib import Path
from types import ModuleType

import pydantic_core
import pytest

from layers.build_layer import empty_typed_dictionaries


@pytest.fixture
def emptied(tmp_path: Path) -> ModuleType:
    file = tmp_path / "emptied_core_schema.py"
    shutil.copy(pydantic_core.core_schema.__file__, file)
    empty_typed_dictionaries(file)
    spec = importlib.util.spec_from_file_location(file.stem, file)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_typed_dictionary_has_lost_its_members(emptied: ModuleType) -> None:
    whole = pydantic_core.core_schema.StringSchema.__annotations__
    assert whole
    assert emptied.StringSchema.__annotations__ == {}


def test_everything_that_was_there_is_there(emptied: ModuleType) -> None:
    assert {name for name in vars(pydantic_core.core_schema) if name[0] != "_"} <= set(vars(emptied))


def test_it_makes_the_schemas_that_it_made_before(emptied: ModuleType) -> None:
    def schema(module: ModuleType) -> object:
        text = module.str_schema(max_length=3, strip_whitespace=True)
        fields = {"name": module.typed_dict_field(text), "count": module.typed_dict_field(module.int_schema(ge=1))}
        return module.typed_dict_schema(fields)

    assert schema(emptied) == schema(pydantic_core.core_schema)
