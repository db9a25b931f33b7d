"""The identity provider: OpenID Connect 1.0. Authorization code with PKCE, state and nonce; discovery; keys.

The one place that talks to the provider. Authlib makes the requests and checks the claims (issuer, audience, times, nonce,
hash of the access token), joserfc the signature; httpx carries them.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote_plus, urlencode

import httpx
from authlib.common.errors import AuthlibBaseError
from authlib.common.security import generate_token
from authlib.oauth2.auth import ClientAuth
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri, prepare_token_request
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet
from joserfc.jws import JWSRegistry

from services.desk.accounts.settings import AccountSettings

TIMEOUT_SECONDS = 10.0
KNOWN_SECONDS = 3600.0
"""What the provider says of itself is asked again after so long."""
LEEWAY_SECONDS = 60
ALGORITHMS = frozenset({"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"})
"""Signatures with a provider's own key; never `none`, and never HMAC with a secret that is shared."""


class ProviderError(RuntimeError):
    """The provider does not answer, refuses, or says something that is not to be trusted. The text is for the log."""


@dataclass(frozen=True, slots=True)
class Begun:
    """Where to send a browser, and what must come back."""

    url: str
    state: str
    nonce: str
    verifier: str


class Provider:
    """One identity provider. Nothing connects until it is asked something."""

    def __init__(self, settings: AccountSettings, transport: httpx.AsyncBaseTransport | None = None) -> None:
        self.issuer, self.name = settings.oidc_issuer, settings.oidc_name
        self._settings, self._transport = settings, transport
        self._known: Mapping[str, Any] = {}
        self._known_at = 0.0
        self._keys: KeySet | None = None

    async def begin(self, redirect_uri: str) -> Begun:
        """A login at the provider.

        Raises:
            ProviderError: it does not answer.
        """
        metadata = await self._metadata()
        state, nonce, verifier = generate_token(32), generate_token(32), generate_token(64)
        url = prepare_grant_uri(
            str(metadata["authorization_endpoint"]),
            self._settings.oidc_client_id,
            "code",
            redirect_uri,
            self._settings.oidc_scopes,
            state,
            nonce=nonce,
            code_challenge=create_s256_code_challenge(verifier),
            code_challenge_method="S256",
        )
        return Begun(str(url), state, nonce, verifier)

    async def claims(self, code: str, nonce: str, verifier: str, redirect_uri: str) -> dict[str, Any]:
        """Who came back with a code: the claims of the ID token, and those of the user info where there is one.

        Raises:
            ProviderError: it is not so.
        """
        metadata = await self._metadata()
        try:
            token = await self._token(metadata, code, verifier, redirect_uri)
            claims = await self._checked(token, nonce, metadata)
            if endpoint := metadata.get("userinfo_endpoint"):
                bearer = {"Authorization": f"Bearer {token['access_token']}"}
                more = await self._ask("GET", str(endpoint), bearer)
                if more.get("sub") == claims["sub"]:
                    claims = dict(more) | claims
        except (AuthlibBaseError, JoseError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise ProviderError(f"{type(error).__name__}: {error}") from error
        return claims

    async def logout_url(self, back: str) -> str | None:
        """Where somebody logs out of the provider as well (RP-initiated logout); `None` where it offers none."""
        endpoint = (await self._metadata()).get("end_session_endpoint")
        query = urlencode({"client_id": self._settings.oidc_client_id, "post_logout_redirect_uri": back})
        return f"{endpoint}?{query}" if endpoint else None

    async def _token(self, metadata: Mapping[str, Any], code: str, verifier: str, redirect_uri: str) -> Any:
        body = prepare_token_request("authorization_code", redirect_uri=redirect_uri, code=code, code_verifier=verifier)
        given, secret = self._settings.oidc_client_id, self._settings.oidc_client_secret
        methods = metadata.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
        if secret is None:
            auth = ClientAuth(given, "", "none")
        elif "client_secret_basic" in methods:
            auth = ClientAuth(quote_plus(given), quote_plus(secret.get_secret_value()), "client_secret_basic")
        else:
            auth = ClientAuth(given, secret.get_secret_value(), "client_secret_post")
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        url, headers, content = auth.prepare("POST", str(metadata["token_endpoint"]), form, body)
        return await self._ask("POST", str(url), headers, str(content))

    async def _checked(self, token: Mapping[str, Any], nonce: str, metadata: Mapping[str, Any]) -> dict[str, Any]:
        said = set(metadata.get("id_token_signing_alg_values_supported") or ["RS256"])
        registry = JWSRegistry(algorithms=sorted(said & ALGORITHMS), strict_check_header=False)
        raw = str(token["id_token"])
        try:
            found = jwt.decode(raw, await self._key_set(metadata), registry=registry)
        except InvalidKeyIdError:
            found = jwt.decode(raw, await self._key_set(metadata, again=True), registry=registry)
        client_id = self._settings.oidc_client_id
        options = {"iss": {"essential": True, "value": self.issuer}, "aud": {"essential": True, "value": client_id}}
        params = {"nonce": nonce, "client_id": client_id, "access_token": token.get("access_token")}
        claims = CodeIDToken(found.claims, found.header, options, params)
        claims.validate(leeway=LEEWAY_SECONDS)
        return dict(claims)

    async def _key_set(self, metadata: Mapping[str, Any], again: bool = False) -> KeySet:
        if self._keys is None or again:
            self._keys = KeySet.import_key_set(await self._ask("GET", str(metadata["jwks_uri"])))
        return self._keys

    async def _metadata(self) -> Mapping[str, Any]:
        """What the provider says of itself (OpenID Connect Discovery 1.0); it must name itself as the settings do."""
        if not self._known or time.monotonic() - self._known_at > KNOWN_SECONDS:
            found = await self._ask("GET", f"{self.issuer.rstrip('/')}/.well-known/openid-configuration")
            if found.get("issuer") != self.issuer:
                raise ProviderError(f"it calls itself {found.get('issuer')!r}, not {self.issuer!r}")
            if missing := {"authorization_endpoint", "token_endpoint", "jwks_uri"} - found.keys():
                raise ProviderError(f"it does not say its {sorted(missing)[0]}")
            self._known, self._known_at, self._keys = found, time.monotonic(), None
        return self._known

    async def _ask(self, method: str, url: str, headers: Mapping[str, str] | None = None, content: str = "") -> Any:
        """What the provider answers, as JSON. No redirect is followed, so that nobody is sent what is for the provider."""
        try:
            async with httpx.AsyncClient(timeout=TIMEOUT_SECONDS, transport=self._transport) as client:
                answer = await client.request(method, url, headers=headers, content=content or None)
                return answer.raise_for_status().json()
        except (httpx.HTTPError, ValueError) as error:
            raise ProviderError(f"{url}: {type(error).__name__}: {error}") from error
