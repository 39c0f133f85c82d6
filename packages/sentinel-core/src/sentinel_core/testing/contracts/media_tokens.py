"""What every `MediaTokens` promises."""

import base64
import json
from datetime import timedelta

import pytest

from sentinel_core.domain.errors import AccessDenied, NotAuthenticated
from sentinel_core.ports.media_tokens import MediaAction, MediaPermission, MediaTokens
from sentinel_core.testing.clock import ManualClock

READ = MediaPermission(MediaAction.READ, "cam_01")


class MediaTokensContract:
    """Needs fixtures `clock` (a ManualClock), `tokens`, `same_tokens` and `other_tokens`.

    `same_tokens` is another process with the same secret, `other_tokens` one with another secret.
    """

    def test_a_token_is_good_until_it_expires(
        self, tokens: MediaTokens, clock: ManualClock
    ) -> None:
        token = tokens.issue("olga", READ, 300)
        assert tokens.check(token, READ) == clock.utc_now() + timedelta(seconds=300)
        clock.jump_wall(299)
        tokens.check(token, READ)
        clock.jump_wall(1)
        with pytest.raises(NotAuthenticated, match="expired"):
            tokens.check(token, READ)

    @pytest.mark.parametrize(
        "other",
        [
            MediaPermission(MediaAction.READ, "cam_02"),
            MediaPermission(MediaAction.READ, "cam_0"),
            MediaPermission(MediaAction.READ, ""),
            MediaPermission(MediaAction.PUBLISH, "cam_01"),
            MediaPermission(MediaAction.CONFIGURE),
        ],
    )
    def test_a_token_is_good_for_nothing_else(
        self, tokens: MediaTokens, other: MediaPermission
    ) -> None:
        with pytest.raises(AccessDenied):
            tokens.check(tokens.issue("olga", READ, 300), other)

    @pytest.mark.parametrize("action", list(MediaAction))
    def test_every_action_can_be_granted(self, tokens: MediaTokens, action: MediaAction) -> None:
        path = "" if action is MediaAction.CONFIGURE else "cam_01"
        permission = MediaPermission(action, path)
        tokens.check(tokens.issue("camera-service", permission, 60), permission)

    def test_a_right_to_everything_is_never_granted(self, tokens: MediaTokens) -> None:
        everything = tokens.issue("olga", MediaPermission(MediaAction.READ, ""), 300)
        with pytest.raises(AccessDenied):
            tokens.check(everything, READ)

    def test_processes_with_one_secret_trust_each_other(
        self, tokens: MediaTokens, same_tokens: MediaTokens, other_tokens: MediaTokens
    ) -> None:
        token = tokens.issue("olga", READ, 300)
        same_tokens.check(token, READ)
        with pytest.raises(NotAuthenticated):
            other_tokens.check(token, READ)
        assert tokens.key_set() == same_tokens.key_set() != other_tokens.key_set()

    @pytest.mark.parametrize("junk", ["", "a.b.c", "ä", "e30.e30.", "x" * 5_000])
    def test_junk_is_refused(self, tokens: MediaTokens, junk: str) -> None:
        with pytest.raises(NotAuthenticated):
            tokens.check(junk, READ)

    def test_a_changed_token_is_refused(self, tokens: MediaTokens) -> None:
        header, payload, signature = tokens.issue("olga", READ, 300).split(".")
        claims = json.loads(base64.urlsafe_b64decode(payload + "=="))
        claims["exp"] += 3_600
        forged = base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")
        with pytest.raises(NotAuthenticated):
            tokens.check(f"{header}.{forged}.{signature}", READ)

    def test_the_key_set_holds_public_keys_alone(self, tokens: MediaTokens) -> None:
        text = json.dumps(tokens.key_set())
        assert '"keys"' in text
        assert '"d"' not in text
