"""An Apple developer team of our own, and the authority that certifies it."""
