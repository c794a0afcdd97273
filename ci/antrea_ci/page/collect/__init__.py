"""What a repository knows of its cluster, part by part."""
