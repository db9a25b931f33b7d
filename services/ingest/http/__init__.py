"""The HTTP side of ingest: mentions in, by token or by signed webhook; how the sources fare; health and metrics."""
