"""The pure part of ingest: what a mention as given becomes, how long to wait, which offsets are finished. No clock."""
