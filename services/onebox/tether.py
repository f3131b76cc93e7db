"""Run as a script, becomes the command it is given: never as root, and gone when the process that started it is gone.

A script of its own rather than a `preexec_fn`, because Python code between fork and exec can deadlock in a parent that has threads.
"""

import ctypes
import os
import pwd
import sys
from collections.abc import Sequence
from pathlib import Path

PR_SET_PDEATHSIG = 1


def tethered(command: Sequence[str | Path], parting: int, account: str | None = None) -> list[str]:
    """The command line that runs `command` on a tether.

    `parting` is the signal that the command gets when its parent ends, however it ends. Linux ties this to the *thread* that starts
    the command, so start it from a thread that lives as long as it shall. `account` is the user to run as, when root starts it.
    """
    return [sys.executable, "-I", "-S", __file__, str(parting), str(os.getpid()), account or "", *map(str, command)]


def main(parting: str, parent: str, account: str, *command: str) -> None:
    if account:
        entry = pwd.getpwnam(account)
        os.setgroups([])
        os.setgid(entry.pw_gid)
        os.setuid(entry.pw_uid)
    if sys.platform == "linux":  # after the change of user, which would undo it
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, int(parting))
    if os.getppid() != int(parent):
        sys.exit("The process that started this server has ended already.")
    os.execv(command[0], command)  # noqa: S606 (no shell is the point)


if __name__ == "__main__":
    main(*sys.argv[1:])
