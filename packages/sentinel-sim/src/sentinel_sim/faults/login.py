"""Names and passwords as RTSP asks for them (RFC 2617)."""

import base64
import hashlib
import re

from sentinel_sim.faults.script import Login

USER = "operator"
PASSWORD = "secret"  # noqa: S105 (of a camera that is none)

_REALM = "camera"
_NONCE = "6f1c3b9d"
_FIELD = re.compile(r'(\w+)="([^"]*)"')


def challenge(login: Login) -> str:
    """The header that asks who it is."""
    if login is Login.BASIC:
        return f'WWW-Authenticate: Basic realm="{_REALM}"'
    return f'WWW-Authenticate: Digest realm="{_REALM}", nonce="{_NONCE}"'


def is_right(login: Login, method: str, authorization: str) -> bool:
    """Whether a header `Authorization` has the password."""
    kind, _, rest = authorization.partition(" ")
    if kind != login.value:
        return False
    if login is Login.BASIC:
        return rest == base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
    fields = dict(_FIELD.findall(rest))
    secret = _md5(f"{USER}:{_REALM}:{PASSWORD}")
    asked = _md5(f"{method}:{fields.get('uri', '')}")
    return fields.get("response") == _md5(f"{secret}:{_NONCE}:{asked}")


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
