"""The JSON that the page for people lives on."""
