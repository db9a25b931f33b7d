"""A real identity provider as a process (`identity_provider.mjs`), and how somebody logs in there without a browser."""

import html
import json
import re
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import httpx

from deploy.npm import command

CLIENT, SECRET = "webcare", "a secret/with signs: +%"
_SCRIPT = Path(__file__).with_suffix(".mjs")
_FORM = re.compile(r'<form[^>]*action="([^"]+)"')
_FIELD = re.compile(r'<input[^>]*type="hidden"[^>]*name="([^"]+)"[^>]*value="([^"]*)"')
_STEPS = 12
"""So many pages and redirects a login takes at most."""


@dataclass(frozen=True)
class IdentityProvider:
    """A running provider: who it says it is, and the file of its people."""

    issuer: str
    people: Path

    def knows(self, login: str, **claims: Any) -> None:
        """Somebody who can log in there, with these claims from now on."""
        known = json.loads(self.people.read_text(encoding="utf-8"))
        self.people.write_text(json.dumps(known | {login: claims}), encoding="utf-8")


@contextmanager
def identity_provider(
    folder: Path, desk_url: str, people: Mapping[str, Any] | None = None
) -> Iterator[IdentityProvider]:
    """Start one that has the desk at `desk_url` as its client."""
    client = {
        "client_id": CLIENT,
        "client_secret": SECRET,
        "redirect_uris": [f"{desk_url}/login/sso/callback"],
        "post_logout_redirect_uris": [f"{desk_url}/login"],
    }
    client_file, people_file = folder / "client.json", folder / "people.json"
    client_file.write_text(json.dumps(client), encoding="utf-8")
    people_file.write_text(json.dumps(people or {}), encoding="utf-8")
    node = _node()
    process = subprocess.Popen(
        [node, str(_SCRIPT), str(client_file), str(people_file)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        issuer = process.stdout.readline().strip()
        assert issuer, process.stderr.read() if process.stderr else "it did not start"
        yield IdentityProvider(issuer, people_file)
    finally:
        process.terminate()
        process.communicate(timeout=20)


def log_in_there(url: str, name: str) -> str:
    """Log in at the provider as somebody and agree to everything; the address that it sends the browser back to."""
    with httpx.Client(timeout=20) as browser:
        answer = browser.get(url)
        for _ in range(_STEPS):
            if answer.is_redirect:
                url = urljoin(str(answer.url), answer.headers["location"])
                if "/login/sso/callback" in url:
                    return url
                answer = browser.get(url)
                continue
            assert answer.status_code == 200, answer.text
            form = _FORM.search(answer.text)
            assert form is not None, answer.text
            fields = {key: html.unescape(value) for key, value in _FIELD.findall(answer.text)}
            action = urljoin(str(answer.url), html.unescape(form[1]))
            answer = browser.post(action, data=fields | {"login": name, "password": "any"})
    raise AssertionError("the provider never sent the browser back")


def _node() -> str:
    npm = command()
    return npm[0] if len(npm) > 1 else "node"
