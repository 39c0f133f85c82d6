"""What every `Secrets` promises."""

import pytest

from sentinel_core.domain.errors import InvalidInput
from sentinel_core.ports.secrets import Secrets


class SecretsContract:
    """Needs fixtures `secrets`, and `other_secrets`: the same kind with another key."""

    @pytest.mark.parametrize("plain", ["", "rtsp://u:pässwörd@192.0.2.7/1", "x" * 10_000, "\0\n"])
    def test_comes_back(self, secrets: Secrets, plain: str) -> None:
        assert secrets.decrypt(secrets.encrypt(plain)) == plain

    def test_shows_nothing_of_the_text(self, secrets: Secrets) -> None:
        assert "hunter2" not in secrets.encrypt("hunter2" * 8)

    def test_same_text_encrypts_differently(self, secrets: Secrets) -> None:
        assert secrets.encrypt("hunter2") != secrets.encrypt("hunter2")

    def test_refuses_another_key(self, secrets: Secrets, other_secrets: Secrets) -> None:
        with pytest.raises(InvalidInput):
            other_secrets.decrypt(secrets.encrypt("hunter2"))

    def test_refuses_damage(self, secrets: Secrets) -> None:
        cipher = secrets.encrypt("hunter2")
        middle = len(cipher) // 2
        other = "A" if cipher[middle] != "A" else "B"
        with pytest.raises(InvalidInput):
            secrets.decrypt(cipher[:middle] + other + cipher[middle + 1 :])

    @pytest.mark.parametrize("junk", ["", "no cipher at all", "ä"])
    def test_refuses_junk(self, secrets: Secrets, junk: str) -> None:
        with pytest.raises(InvalidInput):
            secrets.decrypt(junk)
