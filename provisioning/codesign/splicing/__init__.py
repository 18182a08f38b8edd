"""Splicing: a file prepared once, and each new generation described by a few new bytes."""
