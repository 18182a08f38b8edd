"""Making a release mandatory, lifting that, and undoing either."""
