"""What opens above the lab: questions, help, a word's score."""
