"""Basic (RFC 7617) and Digest (RFC 7616) sign-in, as RTSP servers ask for it."""

import hashlib
import re
import secrets
from base64 import b64encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass

_PARAMETER = re.compile(r'(\w+)=(?:"((?:[^"\\]|\\.)*)"|([^\s,]*))')


@dataclass(frozen=True, slots=True)
class Credentials:
    """Who signs in; `repr` shows no password."""

    user: str
    password: str

    def __repr__(self) -> str:
        return f"Credentials(user={self.user!r})"


def authorise(
    credentials: Credentials, challenges: Sequence[str], method: str, url: str
) -> str | None:
    """The `Authorization` header that answers a server's `WWW-Authenticate` headers.

    Digest is preferred; of its algorithms SHA-256 and MD5 are known. None: no challenge that can
    be answered.
    """
    for challenge in challenges:
        scheme, _, rest = challenge.strip().partition(" ")
        if scheme.lower() == "digest":
            answer = _digest(credentials, _parameters(rest), method, url)
            if answer is not None:
                return answer
    if any(challenge.strip().lower().startswith("basic") for challenge in challenges):
        pair = f"{credentials.user}:{credentials.password}"
        return f"Basic {b64encode(pair.encode()).decode()}"
    return None


def _parameters(text: str) -> dict[str, str]:
    return {name.lower(): quoted or plain for name, quoted, plain in _PARAMETER.findall(text)}


def _digest(
    credentials: Credentials, challenge: dict[str, str], method: str, url: str
) -> str | None:
    algorithm = challenge.get("algorithm", "MD5")
    hash_text = _hash_function(algorithm)
    if hash_text is None or "nonce" not in challenge:
        return None
    realm, nonce = challenge.get("realm", ""), challenge["nonce"]
    identity = hash_text(f"{credentials.user}:{realm}:{credentials.password}")
    request = hash_text(f"{method}:{url}")
    fields = {"username": credentials.user, "realm": realm, "nonce": nonce, "uri": url}
    if "auth" in re.split(r"[\s,]+", challenge.get("qop", "")):
        client_nonce, count = secrets.token_hex(8), "00000001"
        proof = hash_text(f"{identity}:{nonce}:{count}:{client_nonce}:auth:{request}")
        unquoted = f", qop=auth, nc={count}"
        fields |= {"response": proof, "cnonce": client_nonce}
    else:
        unquoted = ""
        fields["response"] = hash_text(f"{identity}:{nonce}:{request}")
    if "algorithm" in challenge:
        unquoted += f", algorithm={algorithm}"
    if "opaque" in challenge:
        fields["opaque"] = challenge["opaque"]
    quoted = ", ".join(f'{name}="{value}"' for name, value in fields.items())
    return f"Digest {quoted}{unquoted}"


def _hash_function(algorithm: str) -> Callable[[str], str] | None:
    name = algorithm.lower()
    if name == "sha-256":
        return lambda text: hashlib.sha256(text.encode()).hexdigest()
    if name == "md5":
        # What old servers offer; the password itself stays hidden.
        return lambda text: hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
    return None
