"""What the MLP and the WaveNet are made of: tanh layers, with BatchNorm or without."""
