"""Models with attention: makemore.py's Transformer and microgpt."""
