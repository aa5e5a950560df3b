"""Training of the engine's tagger; needs requirements-train.txt, never imported by the product."""
