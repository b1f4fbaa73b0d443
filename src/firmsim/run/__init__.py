"""One run: its plan, the layout of its results, its record and the frame of its jobs."""
