"""The table in `docs/benchmarks.md`: every figure from code, `python -m tests.bench`."""
