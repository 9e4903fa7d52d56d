"""The language server: converts, calls, converts back."""
