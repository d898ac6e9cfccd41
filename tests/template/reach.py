"""What a function can come to run: the modules that it imports, and what it takes from the wiring."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator, Set
from functools import cache
from pathlib import Path

from tooling.contract.template import ROOT

LIBRARY = ROOT / "layers" / "souk"
MODULES = {
    ".".join(file.relative_to(LIBRARY).with_suffix("").parts).removesuffix(".__init__"): file
    for file in sorted((LIBRARY / "souk").rglob("*.py"))
}
WIRING = "souk.wiring"
_SETTINGS = "souk.aws.settings"


@cache
def imports_of(file: Path, *, at_import: bool) -> frozenset[str]:
    """Modules that a file imports: all of them, or those that run when it is imported itself."""
    return frozenset(_imports(_tree(file), at_import=at_import))


def _imports(node: ast.AST, *, at_import: bool) -> Iterator[str]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import):
            yield from (alias.name for alias in child.names)
        elif isinstance(child, ast.ImportFrom):
            assert child.level == 0, "imports are absolute"
            yield str(child.module)
            yield from (
                f"{child.module}.{alias.name}" for alias in child.names if f"{child.module}.{alias.name}" in MODULES
            )
        elif not (_is_for_types(child) or (at_import and isinstance(child, ast.FunctionDef))):
            yield from _imports(child, at_import=at_import)


def _is_for_types(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)


def is_wiring(module: str) -> bool:
    return module == WIRING or module.startswith(f"{WIRING}.")


def third_party(imports: Set[str]) -> set[str]:
    return {name.split(".")[0] for name in imports} - set(sys.stdlib_module_names) - {"souk"}


def reach(file: Path) -> set[str]:
    """Third-party packages that a function can come to import."""
    return set[str]().union(*(third_party(_seen_by(tree)) for tree in _reached(file)))


def variables_read(file: Path) -> set[str]:
    """Environment variables that a function can come to read: arguments of `setting` and `number`.

    Raises AssertionError when an argument is not written out where it is read.
    """
    read = set()
    for tree in _reached(file):
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("setting", "number"):
                [name] = node.args
                assert isinstance(name, ast.Constant), f"{ast.unparse(node)}: write the variable's name here"
                read.add(str(name.value))
    return read


def _reached(file: Path) -> Iterator[ast.AST]:
    """The syntax trees of a function's file, of the modules behind its imports, and of what it uses of the wiring.

    An upper bound: a module counts as a whole for everything that imports it. Of the wiring, single functions count.
    """
    seen: set[Path | str] = set()
    todo: list[Path | str] = [file]
    while todo:
        if (one := todo.pop()) in seen:
            continue
        seen.add(one)
        tree = _wired()[one] if isinstance(one, str) else _tree(one)
        yield tree
        if isinstance(one, str):
            todo += _names_in(tree, one.rpartition(".")[0]) & set(_wired())
        todo += _leads_to(tree)


@cache
def _leads_to(tree: ast.AST) -> tuple[Path | str, ...]:
    """Functions of the wiring and files of modules that a tree imports."""
    wired = [
        f"{node.module}.{alias.name}"
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and is_wiring(str(node.module))
        for alias in node.names
    ]
    # Settings are read by the caller of `setting`.
    return (*wired, *(MODULES[name] for name in _seen_by(tree) & set(MODULES) - {_SETTINGS}))


@cache
def _tree(file: Path) -> ast.Module:
    return ast.parse(file.read_text())


@cache
def _wired() -> dict[str, ast.AST]:
    """The functions of the wiring by their dotted names."""
    return {
        f"{module}.{node.name}": node
        for module in filter(is_wiring, MODULES)
        for node in _tree(MODULES[module]).body
        if isinstance(node, ast.FunctionDef)
    }


@cache
def _seen_by(tree: ast.AST) -> frozenset[str]:
    return frozenset({name for name in _imports(tree, at_import=False) if not is_wiring(name)})


def _names_in(tree: ast.AST, module: str) -> set[str]:
    """What a function of the wiring may call there: names of its own `module`, and of others by attribute."""
    own = {f"{module}.{node.id}" for node in ast.walk(tree) if isinstance(node, ast.Name)}
    others = {f"{WIRING}.{ast.unparse(node)}" for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    return own | others
