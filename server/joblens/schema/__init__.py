"""The JSON Schemas that ship with Joblens: what a key means and what it allows."""
