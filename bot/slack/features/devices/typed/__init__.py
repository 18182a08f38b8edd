"""Devices by typed commands."""
