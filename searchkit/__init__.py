"""searchkit: search what governments said."""
