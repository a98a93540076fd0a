"""The data set's pane."""
