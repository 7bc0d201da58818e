"""A document posted to a webhook, signed so that its receiver knows where it comes from."""

from __future__ import annotations

import hashlib
import hmac
import urllib.error
import urllib.request
from http import HTTPStatus

from longshore.errors import Permanent, Transient

SIGNATURE = "Longshore-Signature"
ID = "Longshore-Id"
#: Answers that a later attempt may find changed.
TRY_AGAIN = {HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY, HTTPStatus.TOO_MANY_REQUESTS}


class WebhookUnavailable(Transient):
    """The webhook's server did not answer, or has trouble of its own."""


class WebhookRefused(Permanent):
    """The webhook's server does not want what it was sent."""


def signature(secret: bytes, moment: int, body: bytes) -> str:
    """Return ``t=<moment>,v1=<HMAC-SHA256 of "<moment>.<body>">``, hexadecimal.

    The moment, in seconds since the epoch, is signed with it, so that a receiver can refuse what
    somebody sends again later.
    """
    mac = hmac.new(secret, b"%d." % moment + body, hashlib.sha256).hexdigest()
    return f"t={moment},v1={mac}"


def post(url: str, body: bytes, headers: dict[str, str], timeout_seconds: float) -> int:
    """Post JSON and return the status of the answer; a redirect is not followed.

    Raises WebhookUnavailable or WebhookRefused; neither names the URL, which may hold a token.
    """
    request = urllib.request.Request(  # noqa: S310 -- the settings take http and https only
        url, body, {"Content-Type": "application/json", **headers}, method="POST"
    )
    try:
        with _opener.open(request, timeout=timeout_seconds) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        error.close()
        if error.code >= 500 or error.code in TRY_AGAIN:
            raise WebhookUnavailable(f"the webhook answered {error.code}") from None
        raise WebhookRefused(f"the webhook answered {error.code}") from None
    except OSError as error:
        raise WebhookUnavailable(
            f"the webhook cannot be reached ({type(error).__name__})"
        ) from None


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A signed document goes where the settings say, and nowhere else."""

    def redirect_request(self, *_: object) -> None:
        return None


_opener = urllib.request.build_opener(_NoRedirect)
