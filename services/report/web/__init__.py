"""The report's pages and API: search, figures and the wallboard. Thin: parse, ask, render."""
