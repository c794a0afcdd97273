"""Typed models of the files that people write: one module each, and the rules that span several of their values."""
