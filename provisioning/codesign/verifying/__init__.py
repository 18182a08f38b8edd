"""The verifier: whether an app is signed as Apple wants it, told apart from how we sign."""
