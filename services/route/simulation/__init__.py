"""A month of mentions played through the real decisions, without engines: how a rota would do. `engine.py` is the way in."""
