"""Encryption of what is stored and must come back, such as camera passwords."""

from typing import Protocol


class Secrets(Protocol):
    """Symmetric, authenticated."""

    def encrypt(self, plain: str) -> str:
        """Text that only the holder of the key can read."""
        ...

    def decrypt(self, cipher: str) -> str:
        """The inverse.

        Raises:
            InvalidInput: Made with another key, or damaged.
        """
        ...
