"""Rota, service levels and cases: who answers what, and by when. A pure core and the worker around it."""
