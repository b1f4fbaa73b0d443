"""Evaluation out of sample: windows after the fit period, firms that no training used."""
