"""The demo: the texts of its example mentions and the square, a tiny pretend social network that plays them."""
