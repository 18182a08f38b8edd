"""Choosing provisioning profiles: which can be used at all, and which bundle gets which."""
