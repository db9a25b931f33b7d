"""Pure: what a message becomes in an index, what is asked of the index, and what its answers mean."""
