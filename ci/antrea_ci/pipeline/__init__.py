"""What the pipelines of a cluster repository need: `antrea-gitops ci ...`."""
