"""The four panes of the lab."""
