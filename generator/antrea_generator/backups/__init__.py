"""What the verbs of `backup` do with the vault, and how they say it."""
