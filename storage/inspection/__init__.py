"""What a package says about itself."""
