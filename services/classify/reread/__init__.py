"""What is read again: corrections by people and by the second reader become the next revision of a mention."""
