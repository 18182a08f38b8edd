"""How Apple is spoken to: keys, tokens, turns, repeats, and what an answer says."""
