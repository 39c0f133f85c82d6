"""`python -m sentinel_camera`."""

import sys

from sentinel_camera.main import main

if __name__ == "__main__":
    sys.exit(main())
