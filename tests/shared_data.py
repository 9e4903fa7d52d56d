"""Where the public job files lie that tests read: beside the checkout, or where JOBLENS_CORPUS points."""

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SHARED = Path(os.environ.get("JOBLENS_CORPUS", ROOT.parent / "shared"))
CORPUS = SHARED / "corpus"
EXAMPLES = CORPUS / "examples"
SEED = CORPUS / "preview" / "seed-2021-05-25" / "cli"
