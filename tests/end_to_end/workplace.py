"""A folder in which commands are run."""

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Workplace:
    """A folder with a configuration, a library and matches, in which commands are run.

    `own_home`: Dagster's history lies beside the data folder, else below it, as by default.
    """

    folder: Path
    own_home: bool = True

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def library(self) -> Path:
        return self.folder / "library"

    def command(self, *arguments: str) -> list[str]:
        return [sys.executable, "-m", "media_assets", *arguments]

    def environment(self) -> dict[str, str]:
        environment = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("MEDIA_ASSETS_", "DAGSTER_"))
        }
        home = {"DAGSTER_HOME": str(self.folder / "home")} if self.own_home else {}
        return {**environment, **home}

    def run(self, *arguments: str, code: int = 0) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            self.command(*arguments),
            cwd=self.folder, env=self.environment(), capture_output=True, text=True, timeout=600,
            check=False,
        )  # fmt: skip
        assert done.returncode == code, done.stderr + done.stdout
        return done
