"""Whether a change could be chance, whether an indicator works, who does better, what helped, what comes next."""
