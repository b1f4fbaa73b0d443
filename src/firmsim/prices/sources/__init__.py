"""Sources of daily prices: the bundled panel, the user's own files, Yahoo Finance."""
