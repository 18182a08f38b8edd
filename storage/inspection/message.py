"""How those who ask and the process that reads talk: each message stands behind its length."""

#: The length of a message comes first, in as many bytes, the highest first.
LENGTH_BYTES = 4
