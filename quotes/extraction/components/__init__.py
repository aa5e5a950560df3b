"""The engine's spaCy components, one a file; ``pipeline`` puts them in order."""
