"""Scores: how alike two firms move, in [-1, 1], from embeddings or from classical statistics."""
