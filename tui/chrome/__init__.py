"""Everything around the panes: the lab's screen, their layout, the status line and the footer."""
