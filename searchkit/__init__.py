"""searchkit: search what governments said."""

__version__ = "0.1.0"
