"""The pane of the names that the models make."""
