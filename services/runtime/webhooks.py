"""Signed webhooks, in and out, by the public Standard Webhooks scheme (headers `webhook-id`, `-timestamp`, `-signature`).

The signature is `v1,` + base64(HMAC-SHA256(key, "{id}.{timestamp}.{body}")); a secret is `whsec_` + base64(key). Several
signatures, separated by spaces, may be given, and several secrets accepted, so that a secret can be rotated.
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping, Sequence

HEADER_ID = "webhook-id"
HEADER_TIMESTAMP = "webhook-timestamp"
HEADER_SIGNATURE = "webhook-signature"


class SignatureError(ValueError):
    """The request is not from whom it should be from, or too old to be trusted."""


def _key(secret: str) -> bytes:
    try:
        return base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    except binascii.Error as error:
        raise ValueError("a webhook secret is `whsec_` followed by base64") from error


def sign(secret: str, message_id: str, timestamp: int, body: bytes) -> str:
    """The value of `webhook-signature` for `body`; `timestamp` in seconds since 1970."""
    signed = f"{message_id}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.new(_key(secret), signed, hashlib.sha256).digest()).decode()


def signed_headers(secret: str, message_id: str, timestamp: int, body: bytes) -> dict[str, str]:
    """The three headers for `body`."""
    return {
        HEADER_ID: message_id,
        HEADER_TIMESTAMP: str(timestamp),
        HEADER_SIGNATURE: sign(secret, message_id, timestamp, body),
    }


def verify(secrets: Sequence[str], headers: Mapping[str, str], body: bytes, now: int, tolerance: int = 300) -> None:
    """Check that one of `secrets` signed `body`. `headers` has lower-case names; `now` and `tolerance` in seconds.

    Raises:
        SignatureError: a header is missing or malformed, the time is off by more than `tolerance`, or nothing matches.
    """
    missing = [name for name in (HEADER_ID, HEADER_TIMESTAMP, HEADER_SIGNATURE) if not headers.get(name)]
    if missing:
        raise SignatureError(f"missing header: {', '.join(missing)}")
    stamp = headers[HEADER_TIMESTAMP]
    if not (stamp.isascii() and stamp.isdigit() and len(stamp) < 16):
        raise SignatureError(f"{HEADER_TIMESTAMP} is not a number of seconds")
    if abs(now - int(stamp)) > tolerance:
        raise SignatureError(f"{HEADER_TIMESTAMP} is more than {tolerance} seconds off")
    given = headers[HEADER_SIGNATURE].encode().split()
    expected = [sign(secret, headers[HEADER_ID], int(stamp), body).encode() for secret in secrets]
    if not any(hmac.compare_digest(one, other) for one in given for other in expected):
        raise SignatureError("the signature does not match")
