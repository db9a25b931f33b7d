"""Turns threads into HTML, in the reader's language. Everything that people wrote is escaped by the templates."""

import zlib
from datetime import datetime
from pathlib import Path
from typing import Any

import jinja2
from fastapi import Request
from fastapi.responses import HTMLResponse

from deploy.demo.square.model import NAME_LIMIT, ORGANISATIONS, TEXT_LIMIT, Author
from services.runtime.web.formats import Formats
from services.runtime.web.i18n import Catalogs, Translator, choose
from services.runtime.web.layout import shown

PACKAGE = Path(__file__).resolve().parent
ME = "square_me"
HUES = 8


def initials(name: str) -> str:
    """One or two capitals for a round picture: `Lotte Verbeek` is `LV`."""
    words = [word for word in name.split() if word[0].isalnum()]
    return "".join(word[0].upper() for word in (words[:1] + words[1:][-1:])) or "?"


def hue(author: Author) -> int:
    """The number of the author's colour."""
    return zlib.crc32(author.id.encode()) % HUES


class Renderer:
    """The square's templates."""

    def __init__(self) -> None:
        self._catalogs = Catalogs([PACKAGE])
        self._environment = jinja2.Environment(
            loader=jinja2.FileSystemLoader(PACKAGE / "templates"),
            autoescape=True,
            finalize=shown,
            undefined=jinja2.StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.filters |= {"initials": initials, "hue": hue}
        self._environment.globals |= {
            "organisations": ORGANISATIONS,
            "name_limit": NAME_LIMIT,
            "text_limit": TEXT_LIMIT,
        }

    def translator(self, request: Request) -> Translator:
        """The texts in the language of this request: the switch, else the browser's, else Dutch."""
        return self._catalogs.translator(
            choose(request.cookies.get("lang"), None, request.headers.get("accept-language", ""))
        )

    def page(self, request: Request, template: str, status: int = 200, **values: Any) -> HTMLResponse:
        """A page or a part of one."""
        t = self.translator(request)
        formats, now = Formats(t.language), request.app.state.clock()

        def when(moment: datetime) -> str:
            return formats.moment(moment, now)

        html = self._environment.get_template(template).render(t=t, when=when, full=formats.full, **values)
        return HTMLResponse(html, status, {"Vary": "Cookie, Accept-Language"})
