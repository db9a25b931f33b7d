"""The first-run guide: from an empty system to the first mention that somebody was given, in a few small pages."""
