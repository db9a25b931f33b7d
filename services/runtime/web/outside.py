"""Links that lead away from webcare: which addresses may be one, and to which site they really lead. Pure.

The one place for it: pages make such links with the macro of `templates/outside.html`, the handbook's texts with `outside`
itself. Addresses in what customers write are text and no links; what leads away is the address of the original, of its
author, and what colleagues link to in the handbook.
"""

import re
import unicodedata
from dataclasses import dataclass
from urllib.parse import urlsplit, urlunsplit

REL = "noopener noreferrer nofollow ugc"
"""What every link that leads away says: the site learns nothing of us, and we vouch for nothing."""
_HOST = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})*\.?")


@dataclass(frozen=True, slots=True)
class Outside:
    """An address that may be a link. `host` is the site as it is asked for, in ASCII, and `href` leads there."""

    href: str
    host: str

    @property
    def disguised(self) -> bool:
        """Whether the site's name is not plain ASCII, so that letters of another script may pose as ours."""
        return any(label.startswith("xn--") for label in self.host.split("."))


def outside(url: object) -> Outside | None:
    """The address when it may be a link: http or https, a site by its name, nobody's password before it; else nothing.

    Programs do not agree on where the site's name ends once there is a backslash or a hidden character; such an address is
    no link.
    """
    if not isinstance(url, str) or not url.isprintable() or "\\" in url:
        return None
    try:
        parts = urlsplit(url.strip())
        port = parts.port
    except ValueError:
        return None
    host = in_ascii(parts.hostname or "")
    if parts.scheme not in ("http", "https") or "@" in parts.netloc or not _HOST.fullmatch(host):
        return None
    place = host if port is None else f"{host}:{port}"
    return Outside(urlunsplit(parts._replace(netloc=place)), host)


def in_ascii(host: str) -> str:
    """A site's name as browsers ask for it: `аpple.com` with a Cyrillic first letter is `xn--pple-43d.com`.

    Not by Python's own `idna`, which knows the rules of 2003: there `straße.example` is another site than in a browser.
    """
    plain = unicodedata.normalize("NFKC", host).lower().replace("\u3002", ".")
    return ".".join(one if one.isascii() else f"xn--{one.encode('punycode').decode()}" for one in plain.split("."))
