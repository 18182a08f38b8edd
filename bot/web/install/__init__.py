"""What a phone loads to install a release."""
