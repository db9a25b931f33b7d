"""Every metric of webcare, in one list. Processes import the ones they set; Prometheus scrapes `/metrics` of each."""

from prometheus_client import Counter, Gauge, Histogram

_SECONDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)

# -- every worker ------------------------------------------------------------------------------------------------------
RECORDS_READ = Counter("webcare_records_read_total", "Records read from a topic.", ["reader", "topic"])
RECORDS_SENT = Counter("webcare_records_sent_total", "Records sent to a topic and acknowledged.", ["writer", "topic"])
RECORDS_REJECTED = Counter("webcare_records_rejected_total", "Records sent to the dead letters.", ["reader", "code"])
BATCH_SECONDS = Histogram("webcare_batch_seconds", "From a polled batch to its commit.", ["reader"], buckets=_SECONDS)
CONSUMER_LAG = Gauge("webcare_consumer_lag", "Records between a reader and the end of a topic.", ["reader", "topic"])
RESTORE_SECONDS = Gauge("webcare_restore_seconds", "How long the last reading back of state took.", ["reader"])
RESTORED_RECORDS = Gauge("webcare_restored_records", "Records of state read back the last time.", ["reader"])

# -- ingest ------------------------------------------------------------------------------------------------------------
MENTIONS_COLLECTED = Counter("webcare_mentions_collected_total", "Mentions acknowledged by Kafka.", ["source", "team"])
COLLECT_FAILURES = Counter("webcare_collect_failures_total", "Failed attempts to collect from a source.", ["source"])
DELIVERIES = Counter("webcare_deliveries_total", "Replies handed to their source, by outcome.", ["source", "outcome"])
DELIVERIES_PENDING = Gauge("webcare_deliveries_pending", "Replies that wait for a (further) attempt.", [])

# -- classify ----------------------------------------------------------------------------------------------------------
MENTIONS_CLASSIFIED = Counter(
    "webcare_mentions_classified_total", "Mentions read.", ["language", "urgency", "sentiment"]
)
TOPIC_PROBLEMS = Gauge(
    "webcare_topic_problems", "Phrases and examples of a team's topics that cannot be used.", ["team"]
)
SIGNALS_SENT = Counter("webcare_signals_total", "Signals sent: volume, search, approval, cover.", ["team", "kind"])

# -- reread ------------------------------------------------------------------------------------------------------------
CORRECTIONS = Counter(
    "webcare_corrections_total",
    "Corrections by what became of them: written, nothing_new, or unknown where the mention was not found.",
    ["team", "author", "outcome"],
)
LABELS_JUDGED = Counter(
    "webcare_labels_judged_total",
    "What people made of the reader's labels: kept when their case was closed, or corrected.",
    ["team", "field", "label", "outcome"],
)
REREAD = Counter(
    "webcare_reread_total",
    "Mentions by what the second reader did: agreed, corrected, passed_over when too late, failed.",
    ["outcome"],
)
REREAD_SECONDS = Histogram("webcare_reread_seconds", "The second reader, for each mention.", [], buckets=_SECONDS)

# -- route -------------------------------------------------------------------------------------------------------------
CASES = Gauge("webcare_cases", "Cases now, by state: owned, waiting, snoozed or closed.", ["team", "state"])
COMMANDS = Counter("webcare_commands_total", "Commands answered, by outcome.", ["command", "outcome"])
DEADLINES = Counter(
    "webcare_deadlines_total", "Deadlines by what became of them: warned, breached.", ["team", "outcome"]
)

ESCALATIONS = Counter("webcare_escalations_total", "Broken promises brought to the next step.", ["team", "step"])
CALENDAR_READS = Counter(
    "webcare_calendar_reads_total",
    "Attempts to read a team's calendar: changed, unchanged, failed.",
    ["team", "calendar", "outcome"],
)
CALENDAR_READ_AT = Gauge(
    "webcare_calendar_read_timestamp_seconds",
    "When a team's calendar was last read well, as a Unix time; 0 is not since the ticker started.",
    ["team", "calendar"],
)
COVER_GAPS = Gauge("webcare_cover_gaps", "Gaps in the cover of the coming 8 weeks that were announced.", ["team"])
NEXT_GAP = Gauge(
    "webcare_cover_next_gap_timestamp_seconds",
    "When the first of those gaps begins or has begun, as a Unix time; absent while there is none.",
    ["team"],
)
GAP_HOURS = Gauge(
    "webcare_cover_gap_hours",
    "How long the gaps of the coming 8 weeks last, by what is wanted; at most 50 needs, the rest together.",
    ["team", "need"],
)
COVERAGE = Gauge(
    "webcare_coverage_percent", "Person-hours planned of those wanted in the coming 8 weeks, in per cent.", ["team"]
)
ROTA_BALANCE = Gauge(
    "webcare_rota_balance",
    "How evenly the coming 8 weeks are shared: hours, evenings, nights, weekends, holidays; 1 is the same for all.",
    ["team", "kind"],
)
ABOVE_CONTRACT = Gauge(
    "webcare_rota_above_contract",
    "People planned far above their contract in the coming four weeks or in the four after them.",
    ["team"],
)
APPROVALS = Gauge("webcare_approvals_waiting", "Cases with a reply that waits for approval.", ["team"])
APPROVALS_LATE = Gauge(
    "webcare_approvals_late", "Cases with a reply that has waited too long for approval, and still does.", ["team"]
)
APPROVALS_SINCE = Gauge(
    "webcare_approvals_oldest_timestamp_seconds",
    "Since when the reply waits that has waited longest for approval, as a Unix time; absent while none does.",
    ["team"],
)

# -- web ---------------------------------------------------------------------------------------------------------------
HTTP_SECONDS = Histogram(
    "webcare_http_seconds", "Time to answer a request.", ["route", "method", "status"], buckets=_SECONDS
)
ANSWER_SECONDS = Histogram("webcare_answer_seconds", "From a command to its answer.", ["outcome"], buckets=_SECONDS)
LIVE_CLIENTS = Gauge("webcare_live_clients", "Open live connections.", [])
DESK_HELD = Gauge(
    "webcare_desk_held",
    "What the desk keeps in memory: cases; removed, ids of archived ones; filters in order; rows, rendered; recent events; "
    "events queued for live clients.",
    ["what"],
)
LEAVE_MISSING = Gauge(
    "webcare_leave_missing",
    "What the teams of a person had missed of each other at the last look: leave, sickness.",
    ["what"],
)
LEAVE_TOLD = Counter(
    "webcare_leave_told_total", "Commands that told a team of leave or sickness that it had missed.", ["team", "what"]
)
LEAVE_LOOKED_AT = Gauge(
    "webcare_leave_looked_timestamp_seconds",
    "When the leave of people in several teams was last compared, as a Unix time; 0 is not since the process started.",
    [],
)
LOGINS = Counter(
    "webcare_logins_total",
    "Log-in attempts by password, code or provider, by what came of them: done, failed, throttled, or asked for a code.",
    ["method", "outcome"],
)

# -- sink --------------------------------------------------------------------------------------------------------------
DOCUMENTS = Counter("webcare_documents_total", "Documents handed to Elasticsearch, by outcome.", ["index", "outcome"])
SEARCHES = Counter("webcare_searches_total", "Searches of people and programs.", ["outcome"])
SINK_WAITS = Counter("webcare_sink_waits_total", "Batches tried again because Elasticsearch did not take them.", [])
