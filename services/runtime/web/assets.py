"""What pages load: our own style and scripts, and htmx from node_modules, each under an address that names its version.

Everything is read when the app is built and served from memory; an address is never reused for other content, so that
browsers may keep it for a year.

They are sent packed: they are the same for everybody, so their length tells nothing. Pages are
another matter: `packing.py`.
"""

import gzip
import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from fastapi import APIRouter, HTTPException, Request, Response

IMMUTABLE = "public, max-age=31536000, immutable"
_TYPES = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}
_VENDOR: Mapping[str, tuple[str, str]] = {
    "htmx.js": ("htmx.org", "dist/htmx.min.js"),
    "sse.js": ("htmx-ext-sse", "sse.js"),
}


class AssetsMissingError(RuntimeError):
    """A script from npm is not installed; the text says what to run."""


@dataclass(frozen=True, slots=True)
class Asset:
    """One file to serve."""

    address: str
    content_type: str
    content: bytes


def default_node_modules() -> Path:
    """Where `make setup` puts what comes from npm: beside `package.json` in the checkout."""
    return Path(__file__).resolve().parents[3] / "node_modules"


class Assets:
    """The files of some packages by name: `url("webcare.css")`, `url("vendor/htmx.js")`.

    Raises:
        AssetsMissingError: on construction, when a script from npm is not there.
    """

    def __init__(self, packages: Iterable[Path], node_modules: Path | None = None) -> None:
        self._by_name: dict[str, Asset] = {}
        for package in packages:
            for file in sorted((package / "static").glob("*.*")):
                self._add(file.name, "/static/", file.read_bytes(), None)
        for name, (module, path) in _VENDOR.items():
            content, version = _from_npm(node_modules or default_node_modules(), module, path)
            self._add(name, "/static/vendor/", content, version)
        self._by_address = {asset.address: asset for asset in self._by_name.values()}

    def _add(self, name: str, folder: str, content: bytes, version: str | None) -> None:
        stem, suffix = Path(name).stem, Path(name).suffix
        mark = version or hashlib.sha256(content).hexdigest()[:12]
        key = folder.removeprefix("/static/") + name
        self._by_name[key] = Asset(f"{folder}{stem}-{mark}{suffix}", _TYPES[suffix], content)

    def url(self, name: str) -> str:
        """The address of a file; an unknown name is an error in a template."""
        return self._by_name[name].address

    def find(self, address: str) -> Asset | None:
        """The file at an address."""
        return self._by_address.get(address)


def _from_npm(node_modules: Path, module: str, path: str) -> tuple[bytes, str]:
    try:
        version = json.loads((node_modules / module / "package.json").read_text(encoding="utf-8"))["version"]
        return (node_modules / module / path).read_bytes(), str(version)
    except FileNotFoundError as error:
        raise AssetsMissingError(f"{module} is not in {node_modules}: run `make setup` (npm ci --omit=dev)") from error


def assets_router(assets: Assets) -> APIRouter:
    """Serves `/static/...`; needs no session, holds nothing of anybody."""
    router = APIRouter(include_in_schema=False)

    @router.get("/static/{path:path}")
    async def static(request: Request, path: str) -> Response:
        asset = assets.find(f"/static/{path}")
        if asset is None:
            raise HTTPException(404)
        headers = {"Cache-Control": IMMUTABLE, "Vary": "Accept-Encoding"}
        if not takes_gzip(request.headers.get("accept-encoding", "")):
            return Response(asset.content, media_type=asset.content_type, headers=headers)
        headers["Content-Encoding"] = "gzip"
        return Response(packed(asset.content), media_type=asset.content_type, headers=headers)

    return router


@cache
def packed(content: bytes) -> bytes:
    """A file as gzip, the same bytes each time; packed once for all apps of a process."""
    return gzip.compress(content, mtime=0)


def takes_gzip(accepted: str) -> bool:
    """Whether an `Accept-Encoding` header allows gzip."""
    for part in accepted.lower().split(","):
        name, _, quality = part.partition(";")
        if name.strip() == "gzip":
            return quality.replace(" ", "") not in ("q=0", "q=0.0", "q=0.00", "q=0.000")
    return False
