"""`python -m sentinel_allinone` is `sentinel`."""

from sentinel_allinone.cli import main

main()
