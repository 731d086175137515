"""Whether indicators work: seven separate properties, never one score."""
