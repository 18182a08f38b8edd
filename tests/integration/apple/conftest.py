"""Apple's document must not be shipped: its test is there only where somebody has it."""

from tests.openapi import is_there

collect_ignore = [] if is_there() else ["test_apples_document.py"]
