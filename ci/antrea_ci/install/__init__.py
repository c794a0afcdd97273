"""Installs a cluster from a commit of its repository, phase by phase (DESIGN sections 1 and 2)."""
