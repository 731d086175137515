"""What the documents say: each module one document, or what several of them say alike."""
