"""Devices: handed in by a tester, approved by a manager, told where they stand."""
