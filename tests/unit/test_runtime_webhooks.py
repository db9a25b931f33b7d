"""Signed webhooks: the scheme's published example, rotation, tolerance and tampering."""

import pytest

from services.runtime.webhooks import (
    HEADER_ID,
    HEADER_SIGNATURE,
    HEADER_TIMESTAMP,
    SignatureError,
    sign,
    signed_headers,
    verify,
)

# The example of the Standard Webhooks specification's own libraries.
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
MESSAGE = "msg_p5jXN8AQM9LWM0D4loKWxJek"
STAMP = 1614265330
BODY = b'{"test": 2432232314}'
SIGNATURE = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
OTHER = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"


def headers(**replaced: str) -> dict[str, str]:
    made = signed_headers(SECRET, MESSAGE, STAMP, BODY)
    return made | {name.replace("_", "-"): value for name, value in replaced.items()}


def test_the_published_example_is_signed_as_published() -> None:
    assert sign(SECRET, MESSAGE, STAMP, BODY) == SIGNATURE


def test_a_signed_request_is_accepted() -> None:
    verify([SECRET], {HEADER_ID: MESSAGE, HEADER_TIMESTAMP: str(STAMP), HEADER_SIGNATURE: SIGNATURE}, BODY, STAMP)


def test_while_a_secret_is_rotated_both_are_accepted_on_either_side() -> None:
    verify([OTHER, SECRET], headers(), BODY, STAMP)
    both = sign(OTHER, MESSAGE, STAMP, BODY) + " " + SIGNATURE
    verify([SECRET], headers(webhook_signature=both), BODY, STAMP)
    verify([SECRET], headers(webhook_signature=f"v1a,ed25519-of-another-scheme {SIGNATURE}"), BODY, STAMP)


@pytest.mark.parametrize("off", [-300, 0, 300])
def test_a_clock_may_be_off_by_five_minutes(off: int) -> None:
    verify([SECRET], headers(), BODY, STAMP + off)


@pytest.mark.parametrize("off", [-301, 301, 86_400])
def test_an_old_or_future_request_is_refused(off: int) -> None:
    with pytest.raises(SignatureError, match="seconds off"):
        verify([SECRET], headers(), BODY, STAMP + off)


@pytest.mark.parametrize(
    ("given", "body"),
    [
        (headers(), BODY + b" "),
        (headers(), b""),
        (headers(webhook_id="msg_another"), BODY),
        (headers(webhook_timestamp=str(STAMP + 1)), BODY),
        (headers(webhook_signature=SIGNATURE.replace("g0hM", "g0hN")), BODY),
        (headers(webhook_signature=SIGNATURE.removeprefix("v1,")), BODY),
        (headers(webhook_signature="v1,"), BODY),
        (headers(webhook_signature=sign(OTHER, MESSAGE, STAMP, BODY)), BODY),
    ],
)
def test_what_was_tampered_with_is_refused(given: dict[str, str], body: bytes) -> None:
    with pytest.raises(SignatureError, match="does not match"):
        verify([SECRET], given, body, STAMP)


def test_without_a_secret_nothing_is_accepted() -> None:
    with pytest.raises(SignatureError, match="does not match"):
        verify([], headers(), BODY, STAMP)


@pytest.mark.parametrize("name", [HEADER_ID, HEADER_TIMESTAMP, HEADER_SIGNATURE])
@pytest.mark.parametrize("value", ["", None])
def test_a_missing_header_is_named(name: str, value: str | None) -> None:
    given = {key: text for key, text in headers().items() if key != name} | ({name: value} if value is not None else {})
    with pytest.raises(SignatureError, match=name):
        verify([SECRET], given, BODY, STAMP)


@pytest.mark.parametrize("stamp", ["now", "-1", "1e9", "١٢٣", "9" * 400, "1614265330.5"])
def test_a_time_that_is_no_number_is_refused(stamp: str) -> None:
    with pytest.raises(SignatureError, match="not a number"):
        verify([SECRET], headers(webhook_timestamp=stamp), BODY, STAMP)


def test_a_secret_that_is_not_base64_is_a_mistake_of_ours() -> None:
    with pytest.raises(ValueError, match="whsec_"):
        sign("whsec_geheim!", MESSAGE, STAMP, BODY)
