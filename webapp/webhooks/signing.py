"""The headers that prove where a message comes from, as Standard Webhooks 1.0 has them."""

import binascii
from collections.abc import Mapping, Sequence
from datetime import datetime

from standardwebhooks import Webhook, WebhookVerificationError


def shown_id(message_id: str) -> str:
    """The id under which receivers know a message; the same however often it is sent."""
    return f"msg_{message_id}"


def fault(body: str, headers: Mapping[str, str], secret: str) -> str:
    """Why this secret did not sign the message, in the library's words; empty when it did."""
    try:
        Webhook(secret).verify(body, dict(headers), json_parse=False)
    except (WebhookVerificationError, binascii.Error, ValueError) as error:
        return str(error)
    return ""


def headers(message_id: str, body: str, secrets: Sequence[str], *, now: datetime) -> dict[str, str]:
    """Id, moment of this attempt, and a signature with each secret that counts."""
    own = shown_id(message_id)
    signatures = [Webhook(secret).sign(own, now, body) for secret in secrets]
    return {
        "webhook-id": own,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": " ".join(signatures),
    }
