"""The pane that shows what is inside a model: a picture at a time."""
