"""Images: where they are, and what is in them."""
