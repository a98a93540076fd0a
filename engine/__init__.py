"""Character-level language models: data, training, sampling, and a server for their screens."""
