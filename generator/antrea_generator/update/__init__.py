"""``update``: a newer version of the template comes into a cluster repository, whole or not at all."""
