"""From cluster.yaml and the bundle to overlays, and through kustomize to rendered/."""
