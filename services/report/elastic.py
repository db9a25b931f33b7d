"""The one thin adapter to Elasticsearch: requests in, decoded answers out, and two kinds of error.

The official client does the work (connections, retries, TLS, API keys). Nothing here asks `GET /`, which the embedded
engine does not have. Constructing it does not connect.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Protocol, Self

import elastic_transport
from elasticsearch import ApiError, Elasticsearch

from services.report.domain.mappings import Json
from services.report.settings import ReportSettings

BACKGROUND_SECONDS = 60.0
"""How long the sink and a rebuild wait for one answer."""
BUSY = frozenset({429, 502, 503, 504})
"""Answers that mean: the same request may work in a moment."""


class ElasticUnavailableError(RuntimeError):
    """Elasticsearch does not answer, or says that it cannot now. The same request may work later."""


class ElasticRefusedError(RuntimeError):
    """Elasticsearch says that this request is wrong. `kind` is its error type, for example `index_not_found_exception`."""

    def __init__(self, status: int, kind: str, reason: str) -> None:
        super().__init__(f"{status} {kind}: {reason}"[:500])
        self.status, self.kind, self.reason = status, kind, reason


class Elastic(Protocol):
    """The port: everything that the report asks of Elasticsearch."""

    def request(
        self, method: str, path: str, body: Json | bytes | None = None, params: Mapping[str, Any] | None = None
    ) -> Any:
        """The decoded answer.

        Raises:
            ElasticUnavailableError: no answer, or not now.
            ElasticRefusedError: the request is wrong, or what it names does not exist.
        """

    def search(self, index: str, body: Json) -> Json:
        """One search. An index or alias that does not exist yet has no documents. Raises as `request`."""

    def searches(self, parts: list[tuple[str, Json]]) -> list[Json]:
        """Several searches (index, body) in one request. Raises as `request`."""


class ElasticClient:
    """`Elastic` by the official client. Safe to use from several threads."""

    def __init__(self, settings: ReportSettings, timeout_seconds: float | None = None) -> None:
        """People wait for as long as the settings say; work in the background gives a longer `timeout_seconds`."""
        timeout = timeout_seconds or settings.elasticsearch_timeout_seconds
        options: dict[str, Any] = {"request_timeout": timeout, "max_retries": 1}
        if settings.elasticsearch_api_key:
            options["api_key"] = settings.elasticsearch_api_key.get_secret_value()
        if settings.elasticsearch_cafile:
            options["ca_certs"] = str(settings.elasticsearch_cafile)
        self._client = Elasticsearch(settings.elasticsearch_url.split(","), **options)

    def request(
        self, method: str, path: str, body: Json | bytes | None = None, params: Mapping[str, Any] | None = None
    ) -> Any:
        """See `Elastic.request`."""
        kind = "x-ndjson" if isinstance(body, bytes) else "json"
        headers = {"accept": "application/json", "content-type": f"application/{kind}"}
        if body is None:
            del headers["content-type"]
        with _translated():
            return self._client.perform_request(method, path, params=params, headers=headers, body=body).body

    def search(self, index: str, body: Json) -> Json:
        """See `Elastic.search`."""
        params = {"ignore_unavailable": "true", "allow_no_indices": "true"}
        answer: Json = self.request("POST", f"/{index}/_search", body, params)
        return answer

    def searches(self, parts: list[tuple[str, Json]]) -> list[Json]:
        """See `Elastic.searches`."""
        serialise = self._client.transport.serializers.dumps
        lines = [
            serialise(line, "application/json")
            for index, body in parts
            for line in ({"index": index, "ignore_unavailable": True, "allow_no_indices": True}, body)
        ]
        answers: list[Json] = self.request("POST", "/_msearch", b"\n".join(lines) + b"\n")["responses"]
        for answer in answers:
            if "error" in answer:
                _raise(int(answer["status"]), answer["error"])
        return answers

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _raise(status: int, error: Any) -> None:
    details = error if isinstance(error, Mapping) else {"type": "unknown", "reason": str(error)}
    causes = details.get("root_cause")
    root = causes[0] if isinstance(causes, list) and causes else details
    if status in BUSY:
        raise ElasticUnavailableError(f"{status} {details.get('type')}")
    raise ElasticRefusedError(status, str(details.get("type")), str(root.get("reason") or details.get("reason")))


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except ApiError as error:
        body = error.body if isinstance(error.body, Mapping) else {}
        try:
            _raise(error.status_code, body.get("error", error.message))
        except (ElasticRefusedError, ElasticUnavailableError) as translated:
            raise translated from error
    except elastic_transport.TransportError as error:
        raise ElasticUnavailableError(f"{type(error).__name__}: {error.message}"[:300]) from error
