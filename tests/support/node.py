"""The official AsyncAPI parser, run on the Node that a Python package carries."""

import json
import subprocess
from pathlib import Path
from typing import Any

from services.onebox.node import NODE, install

TOOL = Path(__file__).parents[2] / "tools" / "asyncapi"


def asyncapi_diagnostics(path: Path) -> list[dict[str, Any]]:
    """What the official parser says about an AsyncAPI document; an empty list is a document without fault.

    Each entry has code, severity (0 error, 1 warning, 2 information, 3 hint), message, path ("channels.x.address") and line (from 1).
    Installs the parser on first use (about 170 packages from the npm registry, by the hashes of package-lock.json). Raises RuntimeError
    with Node's words if it cannot be installed or run.
    """
    install(TOOL)
    done = subprocess.run([NODE, TOOL / "validate.mjs", path], capture_output=True, text=True, check=False)
    if done.returncode not in (0, 1) or not done.stdout:
        raise RuntimeError(f"The AsyncAPI parser could not check {path}: {done.stderr.strip()[-2000:]}")
    diagnostics: list[dict[str, Any]] = json.loads(done.stdout)
    return diagnostics
