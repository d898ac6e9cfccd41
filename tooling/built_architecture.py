"""Makes the architecture of a build the default of its template: `make build` and `make deploy`.

`sam build` writes the template's own default (arm64) into the built template, also when it was given another one. A
plain `sam local invoke` after the build would then run code for one architecture in the image of the other.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

_DEFAULT = re.compile(r"^(  Architecture:\n(?:    .*\n)*?    Default: ).*$", re.MULTILINE)


def with_default(template: str, architecture: str) -> str:
    """The text of a template whose parameter Architecture has this default. Raises ValueError if it has none."""
    changed, times = _DEFAULT.subn(rf"\g<1>{architecture}", template)
    if times != 1:
        raise ValueError(f"The template has {times} parameters Architecture with a default, not one.")
    return changed


if __name__ == "__main__":
    file, chosen = Path(sys.argv[1]), sys.argv[2]
    file.write_text(with_default(file.read_text(), chosen))
