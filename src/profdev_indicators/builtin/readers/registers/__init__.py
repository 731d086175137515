"""Records, one row a person, as the stock readers find them: parts to be counted, not answers to be read."""
