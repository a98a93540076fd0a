"""The loss pane."""
