"""What can happen in the workspace, whoever makes it happen."""
