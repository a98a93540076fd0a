"""`config.toml`, and the lab's options on the command line."""
