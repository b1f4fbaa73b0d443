"""The co-movement objective: predict long-run co-movement from a short window."""
