"""Links of ours in messages: what everybody may see of them, and nothing else."""
