"""`python -m sentinel_inference`."""

import sys

from sentinel_inference.main import main

if __name__ == "__main__":
    sys.exit(main())
