"""People: who is who, who may do what, and who belongs to which group."""
