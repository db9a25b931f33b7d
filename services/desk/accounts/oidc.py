"""The identity provider: OpenID Connect 1.0 by Authlib. Authorization code with PKCE, state and nonce; discovery; keys.

The one place that talks to the provider. What comes back is checked here: issuer, audience, signature, times, nonce.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import httpx
from authlib.common.errors import AuthlibBaseError
from authlib.common.security import generate_token
from authlib.integrations.httpx_client import AsyncOAuth2Client
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
        nonce, verifier = generate_token(32), generate_token(64)
        async with self._client(redirect_uri) as client:
            url, state = client.create_authorization_url(
                str(metadata["authorization_endpoint"]), state=generate_token(32), code_verifier=verifier, nonce=nonce
            )
        return Begun(str(url), str(state), nonce, verifier)

    async def claims(self, code: str, nonce: str, verifier: str, redirect_uri: str) -> dict[str, Any]:
        """Who came back with a code: the claims of the ID token, and those of the user info where there is one.

        Raises:
            ProviderError: it is not so.
        """
        metadata = await self._metadata()
        async with self._client(redirect_uri) as client:
            try:
                token = await client.fetch_token(
                    str(metadata["token_endpoint"]), code=code, code_verifier=verifier, grant_type="authorization_code"
                )
                claims = await self._checked(token, nonce, metadata)
                if endpoint := metadata.get("userinfo_endpoint"):
                    more = (await client.get(str(endpoint))).raise_for_status().json()
                    if more.get("sub") == claims["sub"]:
                        claims = dict(more) | claims
            except (AuthlibBaseError, JoseError, httpx.HTTPError, ValueError, KeyError, TypeError) as error:
                raise ProviderError(f"{type(error).__name__}: {error}") from error
        return claims

    async def logout_url(self, back: str) -> str | None:
        """Where somebody logs out of the provider as well (RP-initiated logout); `None` where it offers none."""
        endpoint = (await self._metadata()).get("end_session_endpoint")
        query = urlencode({"client_id": self._settings.oidc_client_id, "post_logout_redirect_uri": back})
        return f"{endpoint}?{query}" if endpoint else None

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
            self._keys = KeySet.import_key_set(await self._get(str(metadata["jwks_uri"])))
        return self._keys

    async def _metadata(self) -> Mapping[str, Any]:
        """What the provider says of itself (OpenID Connect Discovery 1.0); it must name itself as the settings do."""
        if not self._known or time.monotonic() - self._known_at > KNOWN_SECONDS:
            found = await self._get(f"{self.issuer.rstrip('/')}/.well-known/openid-configuration")
            if found.get("issuer") != self.issuer:
                raise ProviderError(f"it calls itself {found.get('issuer')!r}, not {self.issuer!r}")
            if missing := {"authorization_endpoint", "token_endpoint", "jwks_uri"} - found.keys():
                raise ProviderError(f"it does not say its {sorted(missing)[0]}")
            self._known, self._known_at, self._keys = found, time.monotonic(), None
        return self._known

    async def _get(self, url: str) -> Any:
        try:
            async with httpx.AsyncClient(timeout=TIMEOUT_SECONDS, transport=self._transport) as client:
                return (await client.get(url)).raise_for_status().json()
        except (httpx.HTTPError, ValueError) as error:
            raise ProviderError(f"{url}: {type(error).__name__}: {error}") from error

    def _client(self, redirect_uri: str) -> AsyncOAuth2Client:
        secret = self._settings.oidc_client_secret
        return AsyncOAuth2Client(
            client_id=self._settings.oidc_client_id,
            client_secret=secret.get_secret_value() if secret else None,
            scope=self._settings.oidc_scopes,
            redirect_uri=redirect_uri,
            code_challenge_method="S256",
            timeout=TIMEOUT_SECONDS,
            transport=self._transport,
        )
