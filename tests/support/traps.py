"""A trap for worker processes under test: a signal in the middle of a transaction, where exactly once is hardest.

By then records and offsets are sent and the commit is not. Set by the workers that tests start as processes of their own.
"""

import os
import signal
from collections.abc import Callable, Mapping
from typing import Any

from services.runtime import kafka, transactions
from services.runtime.settings import Settings

SIGNALS: Mapping[str, signal.Signals] = {"kill": signal.SIGKILL, "freeze": signal.SIGSTOP}


def set_trap(kind: str, at: int) -> None:
    """From now on this process is killed or frozen in the `at`-th of its transactions that send records."""
    setattr(transactions, "open_producer", _trapped(SIGNALS[kind], at))  # noqa: B010  # not declared as replaceable


def _trapped(number: signal.Signals, at: int) -> Callable[..., Any]:
    """Opens producers that send signal `number` to this process."""

    def open_trapped(settings: Settings, transactional_id: str | None = None) -> Any:
        producer = kafka.open_producer(settings, transactional_id)
        send, commit = producer.send, producer.commit_transaction
        sent, with_records = 0, 0

        def counted_send(**record: Any) -> Any:
            nonlocal sent
            sent += 1
            return send(**record)

        def commit_transaction() -> None:
            nonlocal sent, with_records
            producer.flush()
            with_records += sent > 0
            if sent and with_records == at:
                os.kill(os.getpid(), number)
            sent = 0
            commit()

        producer.send, producer.commit_transaction = counted_send, commit_transaction
        return producer

    return open_trapped
