"""The gallery: one offline page per language from what has run."""
