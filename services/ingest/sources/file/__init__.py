"""Files: NDJSON and CSV, read once by `webcare import`. Nothing goes back."""
