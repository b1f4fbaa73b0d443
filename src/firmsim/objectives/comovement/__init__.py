"""The co-movement objective: embeddings from which the long-run neighbours of a firm follow."""
