"""The rota's pages, forms, API and private calendars; what they show is worked out in `services/desk/domain/rota*.py`."""
