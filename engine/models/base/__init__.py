"""What every model is made of: what one is, its weights, exact products, evaluation."""
