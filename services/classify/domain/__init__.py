"""The pure classifier: text in, `Classification` with reasons out. No Kafka, clock, network or randomness.

`reader.build_reader()` loads the parts once; `Reader.classify` is a function of its arguments and those parts.
"""
