"""How the weights of an encoder are found."""
