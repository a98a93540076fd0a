"""How weights change, and how the losses are kept."""
