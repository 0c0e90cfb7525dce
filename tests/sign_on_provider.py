"""A real OpenID Connect provider on loopback, which can be told to answer badly.

``python -m tests.sign_on_provider PORT`` serves ``oidc-provider-mock``: it keeps people, asks who
is there, hands out codes and signs its tokens. ``PUT /fault`` with a fault's name as the body
changes what the next tokens say; an empty body makes it honest again.
"""

import base64
import json
import sys
import time
import warnings
from collections.abc import Callable
from typing import Any

warnings.simplefilter("ignore")  # the package uses parts of authlib that are to go

import flask  # noqa: E402
import jwt  # noqa: E402
import oidc_provider_mock  # noqa: E402
from cryptography.hazmat.primitives.asymmetric import rsa  # noqa: E402

Claims = dict[str, Any]

STRANGER = rsa.generate_private_key(public_exponent=65537, key_size=2048)
FAULTS: dict[str, Callable[[Claims], Claims]] = {
    "aud": lambda claims: claims | {"aud": "another-client"},
    "azp": lambda claims: claims | {"azp": "another-client"},
    "iss": lambda claims: claims | {"iss": "https://elsewhere.example"},
    "exp": lambda claims: claims | {"exp": int(time.time()) - 120},
    "nonce": lambda claims: claims | {"nonce": "of-another-request"},
    "no nonce": lambda claims: {k: v for k, v in claims.items() if k != "nonce"},
    "no exp": lambda claims: {k: v for k, v in claims.items() if k != "exp"},
    "claim is a number": lambda claims: claims | {"preferred_username": 7},
    "claim is missing": lambda claims: claims | {"preferred_username": None},
}


def main(port: int) -> None:
    app = oidc_provider_mock.app()
    told = {"fault": ""}

    @app.put("/fault")  # type: ignore[untyped-decorator]
    def set_fault() -> str:
        told["fault"] = flask.request.get_data(as_text=True)
        return ""

    @app.after_request  # type: ignore[untyped-decorator]
    def spoil(response: flask.Response) -> flask.Response:
        fault = told["fault"]
        if flask.request.path == "/.well-known/openid-configuration" and fault == "issuer":
            response.set_data(json.dumps(response.get_json() | {"issuer": "https://else.example"}))
        elif flask.request.path == "/oauth2/token" and fault == "redirect":
            return flask.make_response(flask.redirect("/jwks"))
        elif flask.request.path == "/oauth2/token" and fault:
            body = response.get_json()
            body["id_token"] = spoiled(app, body["id_token"], fault)
            response.set_data(json.dumps(body))
        return response

    app.run(port=port, debug=False, use_reloader=False)


def spoiled(app: flask.Flask, token: str, fault: str) -> str:
    header = {k: v for k, v in jwt.get_unverified_header(token).items() if k in ("kid", "typ")}
    claims = jwt.decode(token, options={"verify_signature": False})
    if fault == "signature":
        return token[:-8] + ("A" * 8 if token[-8:] != "A" * 8 else "B" * 8)
    if fault == "foreign key":
        return jwt.encode(claims, STRANGER, "RS256", header)
    if fault == "alg none":
        parts = [json.dumps(header | {"alg": "none"}), json.dumps(claims)]
        return ".".join(
            [*(base64.urlsafe_b64encode(part.encode()).decode().rstrip("=") for part in parts), ""]
        )
    if fault == "alg HS256":
        return jwt.encode(claims, "the-secret-of-the-client-" * 2, "HS256", header)
    if fault == "no token":
        return ""
    key: Any = flask.g.oidc_provider_mock_storage.jwk.as_dict(is_private=True)
    private = jwt.PyJWK.from_json(json.dumps(key | {"alg": "RS256"}))
    return jwt.encode(FAULTS[fault](claims), private.key, "RS256", header)


if __name__ == "__main__":
    main(int(sys.argv[1]))
