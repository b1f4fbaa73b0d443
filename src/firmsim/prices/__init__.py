"""Daily prices: where they come from, and what is checked before anything is learnt from them."""
