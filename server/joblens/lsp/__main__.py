"""`python -m joblens.lsp`: the language server on stdin and stdout."""

from joblens.lsp.server import main

main()
