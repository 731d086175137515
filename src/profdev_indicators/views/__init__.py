"""What reports say, ready to be laid out: the lines of the form, who answered, what was found, words beside numbers."""
