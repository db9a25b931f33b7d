"""`python -m services.control` is the `webcare` command."""

from services.control.cli import main

main(prog_name="webcare")
