"""The services of webcare and what they share; see CONTRIBUTING.md for the rooms."""
