"""Persons' tokens: HS256 JSON web tokens, either ours or those of an identity provider that shares JWT_SECRET.

Source: RFC 8725 (JWT best current practices): one algorithm, audience, expiry and type are all required to match.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import jwt
from django.conf import settings

from audit.store.ids import new_id

ALGORITHM = "HS256"
ACCESS, REFRESH = "access", "refresh"
ISSUER = "vigil"


class TokenRefused(Exception):
    """A token is malformed, forged, of another kind, or meant for somebody else."""


class TokenExpired(TokenRefused):
    """A token was good once."""


@dataclass(frozen=True, slots=True)
class Claims:
    """What a token that was checked says.

    Args:
        subject: whose it is.
        id: the token's own id; empty for a foreign token without one.
        family: id of the sign-in it descends from (refresh tokens only).
        expires_at: aware.
    """

    subject: str
    id: str
    family: str
    expires_at: datetime


def issue_access(*, subject: str, now: datetime) -> str:
    """An access token for the subject, good for ACCESS_TOKEN_MINUTES."""
    expires_at = now + timedelta(minutes=settings.ACCESS_TOKEN_MINUTES)
    return _encode(ACCESS, Claims(subject, new_id(), "", expires_at), now)


def issue_refresh(*, subject: str, family: str, now: datetime) -> tuple[str, Claims]:
    """A refresh token and its claims, good for REFRESH_TOKEN_DAYS."""
    expires_at = now + timedelta(days=settings.REFRESH_TOKEN_DAYS)
    claims = Claims(subject, new_id(), family, expires_at)
    return _encode(REFRESH, claims, now), claims


def _encode(kind: str, claims: Claims, now: datetime) -> str:
    payload = {
        "iss": ISSUER,
        "aud": settings.JWT_AUDIENCE,
        "sub": claims.subject,
        "jti": claims.id,
        "typ": kind,
        "fam": claims.family,
        "iat": now,
        "exp": claims.expires_at,
    }
    return jwt.encode(payload, settings.JWT_SECRET, algorithm=ALGORITHM)


def read_token(token: str, *, kind: str) -> Claims:
    """Check a token.

    A foreign access token (an identity provider's) may leave out `typ` and `jti`; ours never do.

    Raises:
        TokenExpired: its time is over.
        TokenRefused: anything else is wrong with it.
    """
    try:
        payload = jwt.decode(
            token,
            settings.JWT_SECRET,
            algorithms=[ALGORITHM],
            audience=settings.JWT_AUDIENCE,
            options={"require": ["exp", "sub", "aud"]},
        )
    except jwt.ExpiredSignatureError:
        raise TokenExpired("expired") from None
    except (jwt.InvalidTokenError, UnicodeError):
        raise TokenRefused("invalid") from None
    if payload.get("typ", ACCESS) != kind or not payload["sub"]:
        raise TokenRefused("wrong kind")
    return Claims(
        subject=payload["sub"],
        id=str(payload.get("jti", "")),
        family=str(payload.get("fam", "")),
        expires_at=datetime.fromtimestamp(payload["exp"], UTC),
    )
