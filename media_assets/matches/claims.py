"""Who is fetching which match: so that two processes never fetch the same one.

A claim is a file that is made exclusively. Its owner renews it while it works; one that was not
renewed for two minutes, or whose process is gone from this machine, may be taken over.
"""

import json
import os
import platform
import time
import uuid
from collections.abc import Callable
from contextlib import nullcontext, suppress
from pathlib import Path
from typing import Final

from filelock import FileLock

CLAIM_SECONDS: Final = 120.0
"""How long a claim holds without being renewed; ours, no source names any."""

_PROCESS = uuid.uuid4().hex  # ids of processes are given anew, above all in containers


class Claims:
    """Claims in one folder, by name. Several processes may use it at once."""

    def __init__(
        self, folder: Path, seconds: float = CLAIM_SECONDS, clock: Callable[[], float] = time.time
    ) -> None:
        """`clock` gives seconds since 1970, as the times of files do. The folder is made."""
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._seconds = seconds
        self._clock = clock
        self._held: dict[str, float] = {}
        self._guard = FileLock(folder / ".takeover.lock")

    def take(self, name: str) -> bool:
        """Claim a name; False when somebody else holds it."""
        while not self._create(name):
            if not self._may_be_taken_over(name):
                return False
            with self._guard:  # so that nobody removes the claim of whoever was faster
                if self._may_be_taken_over(name):
                    self._path(name).unlink(missing_ok=True)
        return True

    def release(self, name: str) -> None:
        """Give up a claim of ours; one that was taken over meanwhile is left alone."""
        renewed = self._held.pop(name, 0.0)
        # A lock costs as much as all the rest; nobody takes over what was renewed just now.
        is_fresh = self._clock() - renewed < self._seconds / 2
        with nullcontext() if is_fresh else self._guard:
            if self._owner(name).get("process") == _PROCESS:
                self._path(name).unlink(missing_ok=True)

    def renew(self) -> None:
        """Say that all claims of ours still hold."""
        for name in self._held:
            self._renew(name)

    def _renew(self, name: str) -> None:
        self._held[name] = now = self._clock()
        with suppress(FileNotFoundError):
            os.utime(self._path(name), (now, now))

    @property
    def renewal_seconds(self) -> float:
        """How often to renew."""
        return self._seconds / 4

    def _create(self, name: str) -> bool:
        owner = {"host": platform.node(), "pid": os.getpid(), "process": _PROCESS}
        try:
            with self._path(name).open("x", encoding="utf-8") as stream:
                stream.write(json.dumps(owner))
        except FileExistsError:
            return False
        self._renew(name)
        return True

    def _may_be_taken_over(self, name: str) -> bool:
        try:
            renewed = self._path(name).stat().st_mtime
        except FileNotFoundError:
            return True
        owner = self._owner(name)
        if owner.get("host") == platform.node() and _is_gone(owner):
            return True
        return renewed < self._clock() - self._seconds

    def _owner(self, name: str) -> dict[str, object]:
        """Who holds a claim; nothing where that is not written yet, or was cut off by a kill."""
        try:
            owner = json.loads(self._path(name).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return owner if isinstance(owner, dict) else {}

    def _path(self, name: str) -> Path:
        return self._folder / name


def _is_gone(owner: dict[str, object]) -> bool:
    pid = owner.get("pid")
    if not isinstance(pid, int):
        return False
    if pid == os.getpid():
        return owner.get("process") != _PROCESS
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    except OSError:  # it is somebody else's, or cannot be looked at
        return False
    return False
