"""What the terminal can do, what it is sent, and how its bytes become keys."""
