"""Joins the parts under stack/ to template.yaml: `make template`.

A part is a YAML file with some of the template's sections (`Resources:`, `Outputs:` and so on). Each section of the
template is the text of that section in every part, one after another: first the files in stack/ itself, then those of
each context, by name. The parts are joined as text, so that comments stay, and an anchor (`&name`) of one part can be
used (`*name`) in the parts after it. Comments above a part's first section are for readers of the part only.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
PARTS = ROOT / "stack"
TEMPLATE = ROOT / "template.yaml"

# In the order in which they are written.
SECTIONS = (
    *("AWSTemplateFormatVersion", "Transform", "Description", "Metadata", "Parameters", "Mappings", "Rules"),
    *("Conditions", "Globals", "Resources", "Outputs"),
)
_SHORT = SECTIONS[:3]
"""Sections that are one line, `name: value`."""
_HEADER = "# Written from the files in stack/ by `make template`: change those, not this one.\n"
_START_OF_SECTION = re.compile(r"^(?=[A-Za-z])", re.MULTILINE)
_WIDTH = 120


def parts() -> list[Path]:
    """The files that the template is made of, in order."""
    return [*sorted(PARTS.glob("*.yaml")), *sorted(PARTS.glob("*/*.yaml"))]


def join() -> str:
    """The text of template.yaml. Raises ValueError for a section that CloudFormation does not have."""
    bodies: dict[str, list[str]] = {name: [] for name in SECTIONS}
    for part in parts():
        for name, body in _sections(part):
            bodies[name].append(_with_file_name(part, body) if name == "Resources" else body)
    return "\n".join([_HEADER, *(_section(name, found) for name, found in bodies.items() if found)]) + "\n"


def _sections(part: Path) -> Iterator[tuple[str, str]]:
    """(name, text that follows the colon) of each section of a part."""
    for text in _START_OF_SECTION.split(part.read_text())[1:]:
        name, _, body = text.partition(":")
        if name not in SECTIONS:
            raise ValueError(f"{part.relative_to(ROOT)}: CloudFormation has no section {name!r}")
        yield name, body.strip("\n")


def _with_file_name(part: Path, body: str) -> str:
    return f"{f'  # {part.relative_to(ROOT)} '.ljust(_WIDTH, '-')}\n\n{body}"


def _section(name: str, bodies: list[str]) -> str:
    if name in _SHORT:
        [value] = bodies
        return f"{name}:{value}"
    between = "\n\n" if name == "Resources" else "\n"
    return f"\n{name}:\n{between.join(bodies)}"


if __name__ == "__main__":
    joined = join()
    if not TEMPLATE.exists() or joined != TEMPLATE.read_text():
        TEMPLATE.write_text(joined)
