"""Damage that is the same every time: bytes flipped, ranges cut, sizes changed, values swapped."""
