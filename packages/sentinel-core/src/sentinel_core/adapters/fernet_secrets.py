"""Secrets encrypted by Fernet (AES-128-CBC with HMAC-SHA256) from `cryptography`."""

from cryptography.fernet import Fernet, InvalidToken

from sentinel_core.domain.errors import InvalidInput
from sentinel_core.runtime.settings import Settings


class FernetSecrets:
    """`Secrets` under one key, which `Fernet.generate_key()` makes."""

    def __init__(self, key: str) -> None:
        try:
            self._fernet = Fernet(key)
        except ValueError as error:
            raise InvalidInput(
                "the secret key is not 32 url-safe base64 bytes", field="SENTINEL_SECRET_KEY"
            ) from error

    def encrypt(self, plain: str) -> str:
        """Encrypt text."""
        return self._fernet.encrypt(plain.encode()).decode()

    def decrypt(self, cipher: str) -> str:
        """Decrypt text."""
        try:
            return self._fernet.decrypt(cipher.encode()).decode()
        except InvalidToken as error:
            raise InvalidInput("a stored secret was encrypted with another secret key") from error


def read_secret_key(settings: Settings) -> str:
    """The key of the settings, or that of the data directory.

    Raises:
        InvalidInput: There is none: another one would not open what is stored.
    """
    if settings.secret_key is not None:
        return settings.secret_key.get_secret_value()
    path = settings.data_path / "secret.key"
    try:
        return path.read_text(encoding="ascii").strip()
    except FileNotFoundError:
        raise InvalidInput(
            f"the secret key is not set, and there is no {path}", field="SENTINEL_SECRET_KEY"
        ) from None


def generate_key() -> str:
    """A fresh random key."""
    return Fernet.generate_key().decode()
