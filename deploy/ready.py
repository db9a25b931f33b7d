"""A container's health check: asks `/health/ready` of the process on a metrics port, and shows what it says is missing.

Usage: python deploy/ready.py PORT
"""

import sys
import urllib.error
import urllib.request


def main(port: str) -> int:
    """0 when the process is ready, else 1."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{int(port)}/health/ready", timeout=4) as response:
            return 0 if response.status == 200 else 1
    except urllib.error.HTTPError as error:
        sys.stderr.write(error.read(2_000).decode("utf-8", "replace") + "\n")
    except OSError as error:
        sys.stderr.write(f"no answer on port {port}: {error}\n")
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
