"""Tests of reading packages."""
