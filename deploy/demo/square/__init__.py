"""The square: a tiny pretend social network where visitors of the demo are the customers, and answers come back."""
