"""One-time codes by time (RFC 6238 on RFC 4226): what an authenticator app shows. Pure; time is an argument.

Written out here, and not taken from a library, because a code must be refused the second time: for that one needs to know
*which* step a code belongs to, which the known libraries do not say. It is tested with the vectors of both RFCs.
"""

import base64
import hashlib
import hmac
import re
import struct
from datetime import datetime
from urllib.parse import quote, urlencode

STEP_SECONDS, DIGITS = 30, 6
DRIFT = 1
"""A clock may be off by so many steps, before or after."""


def hotp(secret: bytes, counter: int, digits: int = DIGITS, algorithm: str = "sha1") -> str:
    """The code of a counter (RFC 4226, 5.3)."""
    mac = hmac.new(secret, struct.pack(">Q", counter), getattr(hashlib, algorithm)).digest()
    offset = mac[-1] & 0x0F
    number = int.from_bytes(mac[offset : offset + 4]) & 0x7FFFFFFF
    return str(number % 10**digits).zfill(digits)


def step_of(now: datetime) -> int:
    """The step that a moment is in (RFC 6238, 4.2)."""
    return int(now.timestamp()) // STEP_SECONDS


def matching_step(secret: bytes, code: str, now: datetime, after: int) -> int | None:
    """The step that a code belongs to: one near now, and later than `after`, the last that was used; else `None`."""
    given = re.sub(r"\s", "", code)
    if not re.fullmatch(rf"[0-9]{{{DIGITS}}}", given):
        return None
    current = step_of(now)
    for step in range(current - DRIFT, current + DRIFT + 1):
        if step > after and hmac.compare_digest(hotp(secret, step), given):
            return step
    return None


def shown(secret: bytes) -> str:
    """The secret as people type it into an app: base32 in groups of four."""
    text = base64.b32encode(secret).decode().rstrip("=")
    return " ".join(text[at : at + 4] for at in range(0, len(text), 4))


def address(secret: bytes, name: str, issuer: str) -> str:
    """The `otpauth://` address that authenticator apps read from a QR code."""
    label = quote(f"{issuer}:{name}", safe="")
    parameters = {"secret": base64.b32encode(secret).decode().rstrip("="), "issuer": issuer}
    return f"otpauth://totp/{label}?{urlencode(parameters, quote_via=quote)}"
