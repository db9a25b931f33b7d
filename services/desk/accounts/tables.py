"""The tables of the accounts' database, and how a database of an earlier version gets what it lacks.

Nothing here can be used to log in by who reads it: passwords are argon2id hashes; sessions, invitations and recovery codes
are hashes of random words; an authenticator's secret is worked out from the signing key (see `factors.py`).
"""

import sqlalchemy as sa

from services.desk.accounts.settings import KEPT_DAYS

tables = sa.MetaData()
"""What this database has; `rota/calendars.py` adds its own."""


def _ddl(statement: str) -> sa.DDL:
    return sa.DDL(statement)  # type: ignore[no-untyped-call]  # SQLAlchemy gives this constructor no types


def _whose(*, primary_key: bool = False) -> sa.Column[str]:
    index = None if primary_key else True
    return sa.Column(
        "name", sa.String(63), sa.ForeignKey("accounts.name"), primary_key=primary_key, nullable=False, index=index
    )


accounts = sa.Table(
    "accounts",
    tables,
    sa.Column("name", sa.String(63), primary_key=True),
    sa.Column("display_name", sa.String(200), nullable=False),
    sa.Column("password", sa.String(300), nullable=False),
    sa.Column("language", sa.String(2)),
    sa.Column("disabled", sa.Boolean, nullable=False, default=False),
    sa.Column("agency", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("ends", sa.Float),
)
"""`password` is empty for who has none yet, or logs in elsewhere. Moments are seconds since 1970, UTC."""
roles = sa.Table(
    "roles",
    tables,
    _whose(primary_key=True),
    sa.Column("team", sa.String(63), primary_key=True),
    sa.Column("role", sa.String(10), nullable=False),
)
sessions = sa.Table(
    "sessions",
    tables,
    sa.Column("hash", sa.String(64), primary_key=True),
    _whose(),
    sa.Column("expires", sa.Float, nullable=False),
    sa.Column("begun", sa.Float, nullable=False, server_default="0"),
    sa.Column("seen", sa.Float, nullable=False, server_default="0"),
    sa.Column("device", sa.String(80), nullable=False, server_default=""),
    sa.Column("place", sa.String(50), nullable=False, server_default=""),
    sa.Column("method", sa.String(20), nullable=False, server_default=""),
)
factors = sa.Table(
    "factors",
    tables,
    _whose(primary_key=True),
    sa.Column("salt", sa.String(64), nullable=False),
    sa.Column("confirmed", sa.Boolean, nullable=False),
    sa.Column("last_step", sa.BigInteger, nullable=False),
)
recovery = sa.Table(
    "recovery_codes",
    tables,
    _whose(primary_key=True),
    sa.Column("hash", sa.String(64), primary_key=True),
)
invitations = sa.Table(
    "invitations",
    tables,
    _whose(primary_key=True),
    sa.Column("hash", sa.String(64), nullable=False, unique=True),
    sa.Column("expires", sa.Float, nullable=False),
)
subjects = sa.Table(
    "subjects",
    tables,
    sa.Column("issuer", sa.String(300), primary_key=True),
    sa.Column("subject", sa.String(255), primary_key=True),
    _whose(),
)
flows = sa.Table(
    "sign_on_flows",
    tables,
    sa.Column("hash", sa.String(64), primary_key=True),
    sa.Column("state", sa.String(100), nullable=False),
    sa.Column("nonce", sa.String(100), nullable=False),
    sa.Column("verifier", sa.String(130), nullable=False),
    sa.Column("next", sa.String(2000), nullable=False),
    sa.Column("session", sa.String(64), nullable=False),
    sa.Column("expires", sa.Float, nullable=False),
)
audit = sa.Table(
    "account_log",
    tables,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("at", sa.Float, nullable=False, index=True),
    sa.Column("actor", sa.String(63), nullable=False),
    sa.Column("action", sa.String(30), nullable=False, index=True),
    sa.Column("about", sa.String(63), nullable=False, index=True),
    sa.Column("team", sa.String(63), nullable=False),
    sa.Column("detail", sa.String(300), nullable=False),
    sa.Column("place", sa.String(50), nullable=False),
    sqlite_autoincrement=True,
)
# The log: no line is changed, and none that is young goes.
for _trigger in (
    "CREATE TRIGGER account_log_stays BEFORE UPDATE ON account_log "
    "BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END",
    "CREATE TRIGGER account_log_is_kept BEFORE DELETE ON account_log "
    f"WHEN OLD.at > (julianday('now') - 2440587.5 - {KEPT_DAYS}) * 86400 "
    "BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END",
):
    sa.event.listen(audit, "after_create", _ddl(_trigger).execute_if(dialect="sqlite"))


def make(engine: sa.Engine) -> None:
    """Make the tables that are not there, and the columns that a table of an earlier version lacks."""
    tables.create_all(engine)
    found = sa.inspect(engine)
    for table in tables.sorted_tables:
        present = {column["name"] for column in found.get_columns(table.name)}
        for column in table.columns:
            if column.name not in present:
                words = sa.schema.CreateColumn(column).compile(dialect=engine.dialect)
                with engine.begin() as db:
                    db.execute(_ddl(f"ALTER TABLE {table.name} ADD COLUMN {words}"))
