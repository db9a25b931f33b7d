"""RSS and Atom feeds: each entry becomes a mention of kind `article`. Nothing goes back."""
