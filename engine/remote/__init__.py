"""An engine on another machine, through the user's own ssh."""
