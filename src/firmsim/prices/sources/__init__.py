"""Sources of daily prices: bundled, the user's own files, Yahoo Finance."""
