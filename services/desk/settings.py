"""The settings of the desk: how long a command waits, where accounts live, how people reach it."""

from pathlib import Path

from pydantic import Field

from services.desk.accounts.settings import AccountSettings


class DeskSettings(AccountSettings):
    """What the desk's pages and API need."""

    http_host: str = "127.0.0.1"
    http_port: int = Field(default=8000, ge=0, le=65_535)
    public_url: str = Field(default="", pattern=r"^(https?://[^/\s]+)?$")
    """How people reach us, when that is not by host and port; with https the cookies are `Secure`."""
    desk_answer_seconds: float = Field(default=5.0, gt=0, le=60)
    """A command waits this long for its answer."""
    desk_database_url: str = ""
    """Where accounts, sessions and drafts are, as SQLAlchemy writes it; empty is SQLite, `accounts.db` in `data`."""
    desk_ingest_url: str = Field(default="", pattern=r"^(https?://[^/\s]+)?$")
    """How the first-run guide reaches ingest for its test mention; empty is by ingest's host and port on this machine."""
    desk_live_ring: int = Field(default=2_000, ge=10, le=100_000)
    """So many recent events per partition are kept for clients that come back."""
    desk_live_queue: int = Field(default=500, ge=10, le=100_000)
    """So many events may wait for one live client; one that is slower must load again."""
    desk_node_modules: Path | None = None
    """Where htmx was installed, when not beside `package.json`."""

    @property
    def database_url(self) -> str:
        """The accounts' database."""
        return self.desk_database_url or f"sqlite:///{self.data / 'accounts.db'}"

    @property
    def address(self) -> str:
        """How people reach us, for links that leave the page: never taken from a request, which can name any host."""
        return self.public_url or f"http://{self.http_host}:{self.http_port}"

    @property
    def https(self) -> bool:
        """Whether people come by https."""
        return self.public_url.startswith("https://")
