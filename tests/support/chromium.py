"""The fixture `browser`; finds a Chromium: the system's, else Playwright's own, else Debian's by apt-get when root.

Without one the tests are skipped, loudly; in continuous integration (`CI=true`) that is an error.
"""

import functools
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Playwright, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
NOT_NEEDED = (
    "AimEnabled",
    "WebUIOmniboxAimPopup",
    "WebUIOmniboxPopup",
)
"""What draws the address bar's suggestions with two pages of its own behind each window: a third of the processor's time."""
KEPT_OFF = (
    "AvoidUnnecessaryBeforeUnloadCheckSync",
    "DestroyProfileOnBrowserClose",
    "HttpsFirstBalancedModeAutoEnable",
    "HttpsUpgrades",
    "LensOverlay",
    "MediaRouter",
    "NetworkTimeServiceQuerying",
    "OptimizationHints",
    "PaintHolding",
    "PreconnectToSearch",
    "ThirdPartyStoragePartitioning",
)
"""What Playwright switches off: a list given to Chromium replaces the one before it."""
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-software-rasterizer",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    f"--disable-features={','.join(NOT_NEEDED + KEPT_OFF)}",
)
"""Tests run as root in containers, where the sandbox cannot; nothing but the pages under test is to be reached."""


def launch(playwright: Playwright) -> Browser:
    """A headless Chromium. Skips the test when there is none, or fails it in continuous integration."""
    path = _system() or _playwrights(playwright) or _installed()
    if path is None:
        why = "no Chromium: install one (apt-get install chromium, or playwright install chromium)"
        if os.environ.get("CI") == "true":
            pytest.fail(why)
        sys.stderr.write(f"\n*** browser tests are skipped: {why} ***\n")
        pytest.skip(why)
    return playwright.chromium.launch(executable_path=path, args=list(QUIET))


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium of the machine; per module, since Playwright's event loop is in the way of other tests' own."""
    with sync_playwright() as playwright:
        opened = launch(playwright)
        yield opened
        opened.close()


def _system() -> str | None:
    return next(filter(None, map(shutil.which, NAMES)), None)


def _playwrights(playwright: Playwright) -> str | None:
    path = playwright.chromium.executable_path
    return path if Path(path).exists() else None


@functools.cache
def _installed() -> str | None:
    """Debian's package, where that can be had; tried once."""
    apt = shutil.which("apt-get")
    if apt is None or os.geteuid() != 0:
        return None
    sys.stderr.write("\ninstalling chromium with apt-get for the browser tests\n")
    for command in ([apt, "update", "-qq"], [apt, "install", "-y", "-qq", "--no-install-recommends", "chromium"]):
        done = subprocess.run(
            command, env=os.environ | {"DEBIAN_FRONTEND": "noninteractive"}, capture_output=True, text=True
        )
        if done.returncode:
            sys.stderr.write(done.stderr[-1000:])
            return None
    return _system()
