"""Trainers that find the weights of an encoder, and the diagnosis of their gradients."""
