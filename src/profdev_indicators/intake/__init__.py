"""Gathering answers: the card each organisation fills, and who has sent it back."""
