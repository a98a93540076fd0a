"""The models: a file each, or a folder; `base` is what all are made of, `kinds` lists them."""
