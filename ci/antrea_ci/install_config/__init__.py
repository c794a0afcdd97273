"""install-config.yaml: what the installer reads in it, and what is wrong with it."""
