"""Writes the JSON Schemas in schemas/: from azure-ai-ml's own classes and our own descriptions."""
