"""Tests of the page, driven by a real browser against a small workspace of canned content."""
