"""What a change does to a cluster: two states of a repository, compared object by object."""
