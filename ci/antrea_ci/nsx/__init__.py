"""NSX, which a cluster joins in phase 2."""
