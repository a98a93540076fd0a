"""The names pane, with the names that the models make."""
