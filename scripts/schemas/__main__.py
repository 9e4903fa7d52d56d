"""`python -m scripts.schemas` writes schemas/; with `--check` it only says which files differ."""

import argparse
import sys
from pathlib import Path

from scripts.schemas.generate import generate_all
from scripts.schemas.write import differing, text_of, write

SCHEMAS = Path(__file__).resolve().parent.parent.parent / "schemas"


def main(arguments: list[str], folder: Path = SCHEMAS) -> int:
    """Writes or compares the schemas in `folder`; 1 when a comparison finds a difference."""
    parser = argparse.ArgumentParser(prog="python -m scripts.schemas", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 if a file differs")
    check: bool = parser.parse_args(arguments).check
    schemas = generate_all(SCHEMAS / "descriptions")
    texts = {folder / name: text_of(schema) for name, schema in schemas.items()}
    changed = differing(texts) if check else write(texts)
    for path in changed:
        verb = "differs from what the generator writes" if check else "written"
        print(f"{path.relative_to(folder).as_posix()} {verb}")
    if check and changed:
        print("Run `npm run schemas` and commit the result.")
    return 1 if check and changed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
