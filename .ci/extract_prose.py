"""Write each notebook's text cells and code to a plain file, so that the spelling of both can be checked.

Usage: python .ci/extract_prose.py FOLDER
"""

import json
import sys
from pathlib import Path


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for path in sorted(Path("notebooks").glob("**/*.ipynb")):
        cells = json.loads(path.read_text("utf-8"))["cells"]
        text = "\n\n".join("".join(cell["source"]) for cell in cells)
        (folder / path.with_suffix(".md").name).write_text(text, "utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
