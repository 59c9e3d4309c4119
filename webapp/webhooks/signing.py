"""The headers that prove where a message comes from, as Standard Webhooks 1.0 has them."""

from collections.abc import Sequence
from datetime import datetime

from standardwebhooks import Webhook


def shown_id(message_id: str) -> str:
    """The id under which receivers know a message; the same however often it is sent."""
    return f"msg_{message_id}"


def headers(message_id: str, body: str, secrets: Sequence[str], *, now: datetime) -> dict[str, str]:
    """Id, moment of this attempt, and a signature with each secret that counts."""
    own = shown_id(message_id)
    signatures = [Webhook(secret).sign(own, now, body) for secret in secrets]
    return {
        "webhook-id": own,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": " ".join(signatures),
    }
