"""What the text of a command runs, as far as it is certain: the shell's words, and what they start."""
