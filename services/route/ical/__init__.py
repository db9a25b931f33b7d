"""Calendars in and out (RFC 5545), thin adapters on `icalendar`: `publish.py` writes, `read.py` reads, `feed.py` fetches."""
