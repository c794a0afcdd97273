"""The verbs, a module each; every one offers ``command``."""
