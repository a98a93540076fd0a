"""The MLP and the WaveNet: tanh layers behind embeddings, with BatchNorm or without."""
