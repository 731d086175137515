"""Rules that ask whether chance alone could have done it."""
