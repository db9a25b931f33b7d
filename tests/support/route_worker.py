"""`webcare run route` with a trap of `traps.py` in it: `python -m tests.support.route_worker kill|freeze N`."""

import sys

from services.control.run import run_process
from tests.support.traps import set_trap

if __name__ == "__main__":
    set_trap(sys.argv[1], int(sys.argv[2]))
    sys.exit(run_process("route"))
