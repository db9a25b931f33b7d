"""Calendars in (RFC 5545), on `icalendar`: `read.py` reads, `feed.py` fetches. Out: `services/rota/publish.py`."""
