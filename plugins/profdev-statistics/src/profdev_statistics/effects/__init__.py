"""Decisions and what came of them: the register, the estimate, the words."""
