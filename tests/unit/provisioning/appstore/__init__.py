"""Tests of the App Store Connect client against a small server that speaks its wire."""
