"""Everything that answers when somebody asks: the command with its verbs, and the Home tab."""
