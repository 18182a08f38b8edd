"""What people do in the workspace: post, click, fill in, type commands."""
