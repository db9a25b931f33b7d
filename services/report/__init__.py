"""Elasticsearch as a read model: the sink that fills it, and search, figures and the wallboard that read it."""
