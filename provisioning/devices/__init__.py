"""Devices: their UDIDs, their models, and the ways in which people hand them over."""
