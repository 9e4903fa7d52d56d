"""The text of one file: its YAML as a tree with exact spans, in every state a user can type."""
