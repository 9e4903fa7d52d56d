"""What an editor asks about a document; one question each."""
