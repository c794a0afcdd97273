"""The outer ring: the command line, and what works on whole repositories (``new``)."""
