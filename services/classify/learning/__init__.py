"""Learning: how the readers of `classify` are trained, compared and described. Needs `webcare[learn]`; running does not."""
