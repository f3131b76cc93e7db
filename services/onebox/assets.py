"""What the desk's pages are dressed in, made from GOV.UK Frontend: one style sheet and one script, in services/desk/assets/built."""

import fcntl
import hashlib
import subprocess
from pathlib import Path

from services.onebox.child import ServerError
from services.onebox.node import NODE, install

FOLDER = Path(__file__).parents[1] / "desk" / "assets"
_STAMP = "made-from"


def make() -> bool:
    """Make them when they are missing or their sources have changed; true when there was something to do. Errors: ServerError."""
    built = FOLDER / "built"
    with (FOLDER / "desk.scss").open("rb") as style:
        fcntl.flock(style, fcntl.LOCK_EX)  # of several processes one makes them
        sources = [*sorted(FOLDER.glob("*.scss")), FOLDER / "package-lock.json"]
        wanted = hashlib.sha256(b"".join(source.read_bytes() for source in sources)).hexdigest()
        stamp = built / _STAMP
        if stamp.exists() and stamp.read_text() == wanted:
            return False
        try:
            install(FOLDER)
        except RuntimeError as error:
            raise ServerError(str(error)) from None
        built.mkdir(exist_ok=True)
        sass = FOLDER / "node_modules" / "sass" / "sass.js"
        command: list[str | Path] = [NODE, sass, "--no-source-map", "--style=compressed", "--quiet-deps", "desk.scss", built / "desk.css"]
        done = subprocess.run(command, cwd=FOLDER, capture_output=True, text=True, check=False)
        if done.returncode:
            raise ServerError(f"The desk's style sheet could not be made: {done.stderr.strip()[-2000:]}")
        script = FOLDER / "node_modules" / "govuk-frontend" / "dist" / "govuk" / "govuk-frontend.min.js"
        text = script.read_text()
        (built / script.name).write_text(text.rpartition("//# sourceMappingURL")[0] or text)
        stamp.write_text(wanted)
        return True
