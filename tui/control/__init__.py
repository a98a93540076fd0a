"""What keys do beyond one request: leaving, copying, pictures."""
