"""Kubernetes objects against the schemas of their kinds, without a cluster and without a network."""
