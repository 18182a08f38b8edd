"""Who left: what was taken from them, and giving it back."""
