#!/usr/bin/env bash
# imageio-ffmpeg ships a whole ffmpeg in its wheel. From 0.7.0 to 0.8.0 that program more than doubles, from some 80 to some
# 170 MB: more than a Lambda function with its layers (250 MB unzipped) can spare. `>=0.7` in a layer's requirements breaks
# its deployment at the next lock.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3.13}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check imageio-ffmpeg==0.7.0
"$folder/venv/bin/python" - <<'CHECK'
import subprocess
import sys
from pathlib import Path

import imageio_ffmpeg


def megabytes() -> int:
    where = Path(imageio_ffmpeg.__file__).parent / "binaries"
    return max(file.stat().st_size for file in where.iterdir()) // 10**6


before = megabytes()
later = Path(sys.prefix) / "later"
subprocess.run([sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check",
                "--target", str(later), "imageio-ffmpeg==0.8.0"], check=True)
after = max(file.stat().st_size for file in (later / "imageio_ffmpeg/binaries").iterdir()) // 10**6
print(f"imageio-ffmpeg 0.7.0: {before} MB, 0.8.0: {after} MB")
assert before < 100 and after > 1.8 * before, (before, after)

CHECK
