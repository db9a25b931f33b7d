"""Names as people write them: compared without capitals and accents. Used where notes name people."""

import unicodedata


def plain(text: str) -> str:
    """The text in lower case, its letters without accents."""
    apart = unicodedata.normalize("NFD", text)
    return "".join(one for one in apart if not unicodedata.combining(one)).casefold()
