"""Questions to the whole monitoring: what works, who does better, what helped, what comes next."""
