"""Fernet keeps the contract of secrets."""

import pytest

from sentinel_core.adapters.fernet_secrets import FernetSecrets, generate_key
from sentinel_core.domain.errors import InvalidInput
from sentinel_core.ports.secrets import Secrets
from sentinel_core.testing.contracts.secrets import SecretsContract


class TestFernetSecrets(SecretsContract):
    @pytest.fixture
    def other_secrets(self) -> Secrets:
        return FernetSecrets(generate_key())


def test_same_key_reads_what_an_earlier_run_wrote() -> None:
    key = generate_key()
    assert FernetSecrets(key).decrypt(FernetSecrets(key).encrypt("hunter2")) == "hunter2"


@pytest.mark.parametrize("key", ["", "too short", "ä" * 44, "!" * 44])
def test_refuses_what_is_no_key(key: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        FernetSecrets(key)
    assert refused.value.field == "SENTINEL_SECRET_KEY"
