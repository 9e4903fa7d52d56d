"""The language server: converts, calls, converts back."""

from joblens.lsp import lean

lean.import_types()
