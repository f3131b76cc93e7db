"""A token counts only if a known key has signed it for us and it is in time; all else is refused without a word about its content."""

import asyncio
import base64
import hashlib
import hmac
import json
import time
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from services.kit.access import Gate, Unauthorised
from tests.support.tokens import Issuer


@pytest.fixture
def issuer() -> Issuer:
    return Issuer()


@pytest.fixture
def gate(issuer: Issuer, tmp_path: Path) -> Gate:
    return Gate(issuer.issuer, issuer.audience, str(issuer.write_jwks(tmp_path / "jwks.json")))


def encoded(part: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=")


async def test_the_actor_comes_from_the_token(gate: Gate, issuer: Issuer) -> None:
    actor = await gate.actor(issuer.token("adviser-7", "match:read match:decide", roles=["adviser"], regions=["north_east"]))
    assert (actor.id, set(actor.roles), set(actor.scopes)) == ("adviser-7", {"adviser"}, {"match:read", "match:decide"})
    assert actor.covers("north_east")
    assert not actor.covers("london")
    assert (await gate.actor(issuer.token(regions=["*"]))).covers("london")


REFUSED: dict[str, dict[str, Any]] = {
    "has expired": {"exp": int(time.time()) - 60},
    "another audience": {"aud": "somebody-else"},
    "an issuer that is not accepted": {"iss": "https://elsewhere.test"},
    "not valid": {"iat": int(time.time()) + 3600},
    "subject is empty": {"sub": ""},
    "longer than 128": {"sub": "x" * 129},
    "not valid. Sign in": {"sub": 7},
}


@pytest.mark.parametrize("words", REFUSED)
async def test_a_token_that_does_not_hold_is_refused_in_words(gate: Gate, issuer: Issuer, words: str) -> None:
    with pytest.raises(Unauthorised, match=words):
        await gate.actor(issuer.token(**REFUSED[words]))


@pytest.mark.parametrize("missing", ["exp", "iat", "sub", "iss", "aud"])
async def test_a_token_without_a_claim_that_matters_is_refused(gate: Gate, issuer: Issuer, missing: str) -> None:
    claims = jwt.decode(issuer.token(), options={"verify_signature": False})
    del claims[missing]
    with pytest.raises(Unauthorised):
        await gate.actor(jwt.encode(claims, issuer.key, algorithm="ES256", headers={"kid": issuer.kid}))


@pytest.mark.parametrize("nonsense", ["", "x", "a.b.c", "ä.ö.ü", "." * 10, "e30.e30.e30"])
async def test_nonsense_is_refused(gate: Gate, nonsense: str) -> None:
    with pytest.raises(Unauthorised):
        await gate.actor(nonsense)


async def test_a_token_without_signature_is_refused(gate: Gate, issuer: Issuer) -> None:
    claims = jwt.decode(issuer.token(), options={"verify_signature": False})
    for algorithm in ("none", "None", "NONE", ""):
        header = {"alg": algorithm, "typ": "JWT", "kid": issuer.kid}
        with pytest.raises(Unauthorised):
            await gate.actor(f"{encoded(header)}.{encoded(claims)}.")


async def test_the_public_key_is_no_secret_to_sign_with(gate: Gate, issuer: Issuer) -> None:
    claims = jwt.decode(issuer.token(), options={"verify_signature": False})
    public = issuer.key.public_key()
    for form in (
        public.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo),
        public.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo),
        json.dumps(issuer.jwk()).encode(),
    ):
        signed = f"{encoded({'alg': 'HS256', 'typ': 'JWT', 'kid': issuer.kid})}.{encoded(claims)}"
        signature = base64.urlsafe_b64encode(hmac.new(form, signed.encode(), hashlib.sha256).digest()).decode().rstrip("=")
        with pytest.raises(Unauthorised):
            await gate.actor(f"{signed}.{signature}")


async def test_another_key_under_our_keys_name_is_refused_whatever_its_kind(gate: Gate, issuer: Issuer) -> None:
    claims = jwt.decode(issuer.token(), options={"verify_signature": False})
    with pytest.raises(Unauthorised):
        await gate.actor(jwt.encode(claims, Issuer().key, algorithm="ES256", headers={"kid": issuer.kid}))
    with pytest.raises(Unauthorised):
        await gate.actor(jwt.encode(claims, rsa.generate_private_key(65537, 2048), algorithm="RS256", headers={"kid": issuer.kid}))


@pytest.mark.parametrize("kid", ["unknown", None, 7, ["a"]])
async def test_a_key_that_nobody_published_is_refused(gate: Gate, issuer: Issuer, kid: Any) -> None:
    claims = jwt.decode(issuer.token(), options={"verify_signature": False})
    signed = f"{encoded({'alg': 'ES256', 'typ': 'JWT', 'kid': kid})}.{encoded(claims)}"
    with pytest.raises(Unauthorised):
        await gate.actor(f"{signed}.{encoded('x')}")


async def test_those_who_come_first_at_the_same_time_are_all_let_in(gate: Gate, issuer: Issuer) -> None:
    actors = await asyncio.gather(*(gate.actor(issuer.token(f"caller{n}")) for n in range(10)))
    assert [actor.id for actor in actors] == [f"caller{n}" for n in range(10)]


async def test_a_new_key_counts_within_seconds_and_forged_ones_do_not_become_calls(
    issuer: Issuer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = issuer.write_jwks(tmp_path / "jwks.json")
    gate, asked, now = Gate(issuer.issuer, issuer.audience, str(file)), [], 1000.0
    fetch = Gate._fetch

    async def counted(self: Gate) -> str:
        asked.append(now)
        return await fetch(self)

    monkeypatch.setattr(Gate, "_fetch", counted)
    monkeypatch.setattr("services.kit.access.time.monotonic", lambda: now)
    await gate.actor(issuer.token())
    rotated = Issuer()
    rotated.write_jwks(file)
    for _ in range(100):
        with pytest.raises(Unauthorised):
            await gate.actor(rotated.token())
    assert len(asked) == 1
    now += 6
    assert (await gate.actor(rotated.token())).id == "tester"
    assert len(asked) == 2
    with pytest.raises(Unauthorised):
        await gate.actor(issuer.token())


@pytest.mark.parametrize(
    "content", ["", "[]", "{", '{"keys": 7}', '{"keys": []}', '{"keys": [{"kty": "oct", "k": "c2VjcmV0", "kid": "x"}]}']
)
async def test_while_the_key_set_is_spoiled_or_away_known_keys_go_on_and_others_are_refused(
    issuer: Issuer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: str
) -> None:
    file, now = issuer.write_jwks(tmp_path / "jwks.json"), 1000.0
    gate = Gate(issuer.issuer, issuer.audience, str(file))
    monkeypatch.setattr("services.kit.access.time.monotonic", lambda: now)
    await gate.actor(issuer.token())
    file.write_text(content)
    now += 301
    if "oct" not in content:
        assert (await gate.actor(issuer.token())).id == "tester"
    file.unlink()
    now += 301
    with pytest.raises(Unauthorised):
        await gate.actor(Issuer().token())


async def test_a_shared_secret_in_the_key_set_is_not_used(issuer: Issuer, tmp_path: Path) -> None:
    file, secret = tmp_path / "jwks.json", b"a secret of thirty-two or so bytes"
    key = base64.urlsafe_b64encode(secret).decode().rstrip("=")
    file.write_text(json.dumps({"keys": [{"kty": "oct", "k": key, "kid": "x", "alg": "HS256"}]}))
    claims = jwt.decode(issuer.token(), options={"verify_signature": False})
    with pytest.raises(Unauthorised):
        await Gate(issuer.issuer, issuer.audience, str(file)).actor(jwt.encode(claims, secret, algorithm="HS256", headers={"kid": "x"}))
