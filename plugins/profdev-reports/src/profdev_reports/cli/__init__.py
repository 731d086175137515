"""Commands which the package adds to `profdev`."""
