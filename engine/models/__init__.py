"""The models, a file each; the n-gram, a folder."""
