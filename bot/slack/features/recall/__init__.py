"""Taking a release back."""
