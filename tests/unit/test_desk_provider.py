"""What the identity provider says is believed only when it is signed with its own key, for us, for this login, and now."""

import asyncio
import time
from typing import Any
from urllib.parse import parse_qs

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey
from joserfc.jws import JWSRegistry
from pydantic import SecretStr

from services.desk.accounts.oidc import Provider, ProviderError
from services.desk.accounts.settings import AccountSettings

ISSUER, CLIENT, SECRET, NONCE = "https://id.example", "webcare", "s" * 40, "n" * 32
OWN, NEXT, STRANGE = (RSAKey.generate_key(2048, {"kid": kid}) for kid in ("own", "next", "own"))


class There:
    """The provider's end of the wire."""

    def __init__(self) -> None:
        self.keys = [OWN]
        self.token = ""
        self.metadata: dict[str, Any] = {
            "issuer": ISSUER,
            "authorization_endpoint": f"{ISSUER}/auth",
            "token_endpoint": f"{ISSUER}/token",
            "jwks_uri": f"{ISSUER}/keys",
        }
        self.asked: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        match request.url.path:
            case "/.well-known/openid-configuration":
                return httpx.Response(200, json=self.metadata)
            case "/keys":
                return httpx.Response(200, json={"keys": [key.as_dict(private=False) for key in self.keys]})
            case "/token":
                return httpx.Response(200, json={"access_token": "a", "token_type": "Bearer", "id_token": self.token})
            case "/userinfo":
                return httpx.Response(200, json={"sub": "somebody else", "groups": ["bosses"]})
        return httpx.Response(404)


def provider(there: There, **settings: Any) -> Provider:
    given: dict[str, Any] = {"oidc_issuer": ISSUER, "oidc_client_id": CLIENT, "oidc_client_secret": SecretStr(SECRET)}
    return Provider(AccountSettings(**(given | settings)), httpx.MockTransport(there))


def said(**changes: Any) -> dict[str, Any]:
    now = int(time.time())
    return {"iss": ISSUER, "aud": CLIENT, "sub": "7", "nonce": NONCE, "iat": now, "exp": now + 300} | changes


def signed(claims: dict[str, Any], key: RSAKey = OWN) -> str:
    return jwt.encode({"alg": "RS256", "kid": key.kid}, claims, key)


def claims(one: Provider) -> dict[str, Any]:
    return asyncio.run(one.claims("code", NONCE, "v" * 64, "https://desk.example/login/sso/callback"))


def test_what_is_as_it_should_be_is_believed() -> None:
    there = There()
    there.token = signed(said(groups=["crew"]))
    assert claims(provider(there))["groups"] == ["crew"]


@pytest.mark.parametrize(
    "changes",
    [
        {"nonce": "another"},
        {"nonce": None},
        {"aud": "another-client"},
        {"aud": [CLIENT, "another"], "azp": "another"},
        {"iss": "https://evil.example"},
        {"exp": int(time.time()) - 3600},
        {"iat": int(time.time()) + 3600},
        {"sub": None},
        {"at_hash": "wrong"},
    ],
    ids="-".join,
)
def test_a_token_for_others_or_another_time_is_not(changes: dict[str, Any]) -> None:
    there = There()
    there.token = signed({name: value for name, value in said(**changes).items() if value is not None})
    with pytest.raises(ProviderError):
        claims(provider(there))


def test_a_strange_key_is_not_believed_even_under_the_right_name() -> None:
    there = There()
    there.token = signed(said(), STRANGE)
    with pytest.raises(ProviderError, match="BadSignature"):
        claims(provider(there))


@pytest.mark.parametrize("alg", ["none", "HS256"])
def test_neither_unsigned_nor_signed_with_what_is_shared(alg: str) -> None:
    there = There()
    there.metadata["id_token_signing_alg_values_supported"] = ["RS256", "HS256", "none"]
    shared = OctKey.import_key(SECRET)
    there.token = jwt.encode({"alg": alg, "kid": "own"}, said(), shared, registry=JWSRegistry(algorithms=[alg]))
    with pytest.raises(ProviderError):
        claims(provider(there))


def test_a_new_key_of_the_provider_is_fetched_when_it_is_first_used() -> None:
    there = There()
    one = provider(there)
    there.token = signed(said())
    claims(one)
    there.keys, there.token = [OWN, NEXT], signed(said(), NEXT)
    assert claims(one)["sub"] == "7"
    assert sum(request.url.path == "/keys" for request in there.asked) == 2


def test_what_is_said_of_somebody_else_is_not_taken_over() -> None:
    there = There()
    there.metadata["userinfo_endpoint"] = f"{ISSUER}/userinfo"
    there.token = signed(said())
    found = claims(provider(there))
    assert (found["sub"], found.get("groups")) == ("7", None)


@pytest.mark.parametrize("field", ["issuer", "token_endpoint"])
def test_a_provider_that_does_not_say_who_and_where_it_is_is_not_used(field: str) -> None:
    there = There()
    del there.metadata[field]
    with pytest.raises(ProviderError):
        asyncio.run(provider(there).begin("https://desk.example/back"))


def test_the_secret_goes_to_the_token_endpoint_alone_and_as_it_is_asked_for() -> None:
    for methods, secret in ((None, SECRET), (["client_secret_post"], SECRET), (None, None)):
        there = There()
        if methods:
            there.metadata["token_endpoint_auth_methods_supported"] = methods
        there.token = signed(said())
        claims(provider(there, oidc_client_secret=SecretStr(secret) if secret else None))
        for request in there.asked:
            form = parse_qs(request.content.decode())
            has = "authorization" in request.headers or "client_secret" in form
            assert has == (request.url.path == "/token" and secret is not None)
        (to_token,) = (request for request in there.asked if request.url.path == "/token")
        assert parse_qs(to_token.content.decode())["code_verifier"] == ["v" * 64]


def test_an_issuer_without_https_or_a_client_is_refused() -> None:
    for wrong in ({"oidc_issuer": "http://id.example"}, {"oidc_issuer": "id.example"}, {"oidc_client_id": ""}):
        with pytest.raises(ValueError, match="oidc"):
            provider(There(), **wrong)
