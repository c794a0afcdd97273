"""The living cluster, through its own client: oc or kubectl."""
