"""From probabilities to names and texts, and how likely a name is."""
