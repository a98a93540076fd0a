"""The lab that a server owns: its models, its training and pace, and what screens get to see."""
