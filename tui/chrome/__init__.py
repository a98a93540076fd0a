"""What stands around the panes: layout, status line, footer, toasts."""
