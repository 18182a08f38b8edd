"""Leaving: whose account ends, or may do less; what is taken from them, and given back."""
