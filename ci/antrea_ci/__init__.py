"""The tooling that works inside one cluster repository."""

__version__ = "0.1.0"
