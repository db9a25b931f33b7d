"""Everything together, killed and frozen in the middle of its work."""
