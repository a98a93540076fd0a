"""What a server owns: a lab, its pace, and what its screens are told of it."""
