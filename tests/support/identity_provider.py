"""An identity provider: a key pair, its public half over HTTP, and tokens."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Generator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec

AUDIENCE = "longshore"
ISSUER = "https://id.example"


class IdentityProvider:
    """Signs tokens; ``fetches`` counts how often its keys were asked for."""

    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}/jwks"
        self.fetches = 0
        self.down = False
        self._keys: dict[str, ec.EllipticCurvePrivateKey] = {}
        self.add_key("first")

    def add_key(self, key_id: str) -> None:
        self._keys[key_id] = ec.generate_private_key(ec.SECP256R1())

    def token(self, key_id: str = "first", **claims: Any) -> str:
        own = {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "sub": "ada",
            "exp": time.time() + 600,
            "scope": "openid jobs:read",
        }
        said = {name: value for name, value in {**own, **claims}.items() if value is not None}
        return jwt.encode(said, self._keys[key_id], "ES256", {"kid": key_id})

    def key_set(self) -> dict[str, Any]:
        algorithm = jwt.get_algorithm_by_name("ES256")
        return {
            "keys": [
                {**algorithm.to_jwk(key.public_key(), as_dict=True), "kid": key_id, "use": "sig"}
                for key_id, key in self._keys.items()
            ]
        }


@contextmanager
def identity_provider() -> Generator[IdentityProvider]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)
    provider = IdentityProvider(server.server_port)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            provider.fetches += 1
            body = json.dumps(provider.key_set()).encode()
            self.send_response(500 if provider.down else 200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server.RequestHandlerClass = Handler
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
