"""Rules that ask whether chance alone could do it."""
