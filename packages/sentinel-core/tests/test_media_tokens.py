import json

import jwt
import pytest

from sentinel_core.adapters.media_tokens import AUDIENCE, ISSUER, SignedMediaTokens
from sentinel_core.domain.errors import AccessDenied, NotAuthenticated
from sentinel_core.ports.media_tokens import MediaAction, MediaPermission
from sentinel_core.testing.clock import ManualClock
from sentinel_core.testing.contracts.media_tokens import READ, MediaTokensContract


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def tokens(clock: ManualClock) -> SignedMediaTokens:
    return SignedMediaTokens("a secret", clock)


@pytest.fixture
def same_tokens(clock: ManualClock) -> SignedMediaTokens:
    return SignedMediaTokens("a secret", clock)


@pytest.fixture
def other_tokens(clock: ManualClock) -> SignedMediaTokens:
    return SignedMediaTokens("another secret", clock)


class TestSignedMediaTokens(MediaTokensContract):
    pass


def test_others_can_check_a_token_by_the_key_set(tokens: SignedMediaTokens) -> None:
    token = tokens.issue("olga", READ, 10**9)
    key = jwt.PyJWKSet.from_json(json.dumps(tokens.key_set()))[
        jwt.get_unverified_header(token)["kid"]
    ]
    claims = jwt.decode(token, key, algorithms=["ES256"], audience=AUDIENCE, issuer=ISSUER)
    assert claims["mediamtx_permissions"] == [{"action": "read", "path": "cam_01"}]
    assert claims["sub"] == "olga"


def test_the_key_never_changes(tokens: SignedMediaTokens) -> None:
    """Processes of two versions must trust each other, and tokens outlive an upgrade."""
    (key,) = tokens.key_set()["keys"]
    assert key["kid"] == "TqmBeBz2xCb5bwbozrWMCG5yLifiFyFOGDvg4aOSVo0"


@pytest.mark.parametrize("algorithm", ["HS256", "none"])
def test_a_token_signed_another_way_is_refused(tokens: SignedMediaTokens, algorithm: str) -> None:
    (key,) = tokens.key_set()["keys"]
    claims = {"iss": ISSUER, "aud": AUDIENCE, "iat": 0, "exp": 2**33}
    secret = key["x"] * 2 if algorithm == "HS256" else ""
    forged = jwt.encode(claims, secret, algorithm=algorithm, headers={"kid": key["kid"]})
    with pytest.raises(NotAuthenticated):
        tokens.check(forged, READ)


@pytest.mark.parametrize(
    "permissions",
    [
        None,
        "read",
        [],
        ["read"],
        [{"action": "read"}],
        [{"action": "read", "path": ""}],
        [{"action": "read", "path": "~.*"}],
        [{"action": "publish", "path": "cam_01"}],
    ],
)
def test_only_the_very_path_counts(tokens: SignedMediaTokens, permissions: object) -> None:
    claims = {"iss": ISSUER, "aud": AUDIENCE, "iat": 0, "exp": 2**33}
    claims |= {"mediamtx_permissions": permissions}
    token = jwt.encode(claims, tokens._key, algorithm="ES256")
    with pytest.raises(AccessDenied):
        tokens.check(token, MediaPermission(MediaAction.READ, "cam_01"))


@pytest.mark.parametrize(
    "changes", [{"aud": "browser"}, {"iss": "x"}, {"exp": "soon"}, {"exp": 1e300}]
)
def test_tokens_for_others_are_refused(
    tokens: SignedMediaTokens, changes: dict[str, object]
) -> None:
    claims = {"iss": ISSUER, "aud": AUDIENCE, "iat": 0, "exp": 2**33, **changes}
    token = jwt.encode(claims, tokens._key, algorithm="ES256")
    with pytest.raises(NotAuthenticated):
        tokens.check(token, READ)
