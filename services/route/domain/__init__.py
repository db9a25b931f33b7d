"""The pure core of route: no Kafka, no clock, no randomness. `handle.py` is the way in."""
