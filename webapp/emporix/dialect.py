"""The words of the reference service: every error code, and the bodies of its refusals (section 4).

Three dialects: most services answer with `code`, `status`, `message` and, for approvals, an
`errorCode`; customers and checkout with an integer `status` and a `type`; a bad token is a `fault`
everywhere.
"""

import re
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from flask import Response, jsonify, request

from webapp.approvals.freshness import SIGN_IN_AGAIN
from webapp.errors import STATUS
from webapp.extensions import settings
from webapp.kernel.errors import DomainError, Invalid
from webapp.kernel.sentence import Sentence
from webapp.web import request_id

PREFIXES = (
    "/approval/",
    "/cart/",
    "/checkout/",
    "/configuration/",
    "/customer/",
    "/customer-management/",
    "/customerlogin/",
    "/iam/",
    "/oauth/",
    "/order-v2/",
    "/quote/",
    # What storefronts read before they draw their first page.
    "/availability/",
    "/caas-indexing/",
    "/catalog/",
    "/currency/",
    "/product/",
    "/session-context/",
    "/shipping/",
    "/site/",
    "/tax/",
)

VALIDATION = "APPROVAL-400001"
_NO_APPROVAL = "APPROVAL-404001"
# Ids that no address can hold, such as one that begins with a slash, never reach an operation.
_ONE_APPROVAL = re.compile(r"/approval/[^/]+/approvals/.+", re.DOTALL)
# Code of a refusal -> status and `errorCode` of the Approval Service. 404002 and 404003 have no
# published status; their first three digits say 404 (section 4.1).
APPROVAL_CODES: dict[str, tuple[int, str]] = {
    "body": (400, VALIDATION),
    "details": (400, VALIDATION),
    "bad_id": (400, VALIDATION),
    "bad_text": (400, VALIDATION),
    "paging": (400, VALIDATION),
    "query": (400, VALIDATION),
    "sort": (400, VALIDATION),
    "no_text": (400, VALIDATION),
    "not_deletable": (400, VALIDATION),
    "not_party": (400, "APPROVAL-400002"),
    "not_assigned": (400, "APPROVAL-400002"),
    "own_request": (400, "APPROVAL-400002"),
    "not_requester": (400, "APPROVAL-400002"),
    "status_change": (400, "APPROVAL-400002"),
    "not_in_group": (400, "APPROVAL-400002"),
    "only_admins": (400, "APPROVAL-400002"),
    "inactive": (400, "APPROVAL-400002"),
    "not_member": (400, "APPROVAL-400002"),
    "role": (400, "APPROVAL-400002"),
    "status_unknown": (400, "APPROVAL-400003"),
    "action": (400, "APPROVAL-400004"),
    "nothing_in_it": (400, VALIDATION),
    "quotes_off": (400, "APPROVAL-400004"),
    "resource_closed": (400, "APPROVAL-400004"),
    "not_needed": (400, "APPROVAL-400005"),
    "contact": (400, "APPROVAL-400005"),
    "approver": (400, "APPROVAL-400006"),
    "patch_op": (400, "APPROVAL-400007"),
    "quote_terms": (400, "APPROVAL-400007"),
    "not_yours_to_change": (400, "APPROVAL-400007"),
    "not_owner": (400, "APPROVAL-400008"),
    "finished": (400, "APPROVAL-400009"),
    "ordered": (400, "APPROVAL-400009"),
    "patch_missing": (400, "APPROVAL-400010"),
    "no_company": (400, "APPROVAL-400011"),
    "no_approval": (404, "APPROVAL-404001"),
    "no_resource": (404, "APPROVAL-404002"),
    "no_membership": (404, "APPROVAL-404003"),
    "exists": (409, "APPROVAL-409001"),
    "resource_taken": (409, "APPROVAL-409001"),
}
# Statuses that differ from those of the pages in every dialect.
_STATUSES = {
    "stale": HTTPStatus.PRECONDITION_FAILED,
    "key_reused": HTTPStatus.UNPROCESSABLE_ENTITY,
    "key_running": HTTPStatus.CONFLICT,
    "not_acceptable": HTTPStatus.NOT_ACCEPTABLE,
}
_TYPES = {
    400: "bad_request",
    401: "unauthorized",
    403: "insufficient_permissions",
    404: "resource_not_found",
    409: "conflict_resource",
    429: "too_many_requests",
    500: "internal_service_error",
    503: "service_unavailable",
}
_SECOND_ORDER = "ordered"
# The code of RFC 9470, section 3, by which clients know what would help.
_STEP_UP = "insufficient_user_authentication"
_CUSTOMER_DIALECT = ("/customer/", "/checkout/")
_SENTENCES = {
    400: "The request cannot be understood.",
    403: "The access to this resource is forbidden.",
    404: "There is no such resource.",
    405: "This method is not allowed here.",
    413: "The body is larger than two megabytes.",
    415: "Send the body as application/json.",
    429: "There were too many requests in a short time.",
    503: "The database does not answer. Try again in a few seconds.",
}


def refuse(error: DomainError) -> Response:
    """The answer to a refusal of a rule or use case."""
    status, code = _status_of(error)
    if error.code == _SECOND_ORDER and request.path.startswith("/checkout/"):
        return _second_order(error)
    if error.code == SIGN_IN_AGAIN:
        return _step_up(error)
    details = [
        {"field": field, "message": f"{field}: {_plain(why)}"}
        for field, why in error.fields.items()
    ]
    return answer(status, _plain(error.sentence), error_code=code, details=details)


def say(status: int) -> Response:
    """The answer to a fault that has no words of its own."""
    words = _SENTENCES.get(status)
    if words is None:
        words = f"An unexpected error came up. Its number for support is {request_id()}."
    error_code = VALIDATION if status == HTTPStatus.BAD_REQUEST and _is_approval() else None
    if status == HTTPStatus.NOT_FOUND and _ONE_APPROVAL.fullmatch(request.path):
        error_code = _NO_APPROVAL
    return answer(status, words, error_code=error_code)


def answer(
    status: int,
    message: str,
    *,
    error_code: str | None = None,
    details: list[Any] | None = None,
) -> Response:
    """An error in the dialect of the service that is called."""
    if request.path.startswith(_CUSTOMER_DIALECT):
        body: dict[str, Any] = {"status": status, "type": _TYPES.get(status, "bad_request")}
        body["message"] = message
        return _json(status, body | _given(details=_with_types(details)))
    body = {"code": status, "status": HTTPStatus(status).phrase, "message": message}
    return _json(status, body | _given(errorCode=error_code, details=details))


def forbidden(scope: str | None) -> Response:
    """403 that names the missing scope, in both forms that clients look for (section 4.2)."""
    details: list[Any] = [] if scope is None else [f"missing scope: {scope}"]
    if request.path.startswith(_CUSTOMER_DIALECT):
        details = [{"type": "missing_scope", "message": text} for text in details]
    return answer(HTTPStatus.FORBIDDEN, _SENTENCES[403], details=details)


def fault(*, is_expired: bool = False) -> Response:
    """401, the same in every service."""
    words, code = (
        ("Access Token expired", "keymanagement.service.access_token_expired")
        if is_expired
        else ("Invalid access token", "oauth.v2.InvalidAccessToken")
    )
    body = {"fault": {"faultstring": words, "detail": {"errorcode": code}}}
    response = _json(HTTPStatus.UNAUTHORIZED, body)
    response.headers["WWW-Authenticate"] = 'Bearer error="invalid_token"'
    return response


def _status_of(error: DomainError) -> tuple[int, str | None]:
    if error.code in _STATUSES:
        return _STATUSES[error.code], None
    if _is_approval() and error.code in APPROVAL_CODES:
        return APPROVAL_CODES[error.code]
    status = next(status for kind, status in STATUS.items() if isinstance(error, kind))
    if isinstance(error, Invalid):
        status = HTTPStatus.BAD_REQUEST
    return status, VALIDATION if status == HTTPStatus.BAD_REQUEST and _is_approval() else None


def _second_order(error: DomainError) -> Response:
    """409 with the type and the fields that clients look for (section 7.3)."""
    details = [
        {"field": field, "type": "unique_checkout_cartId_index", "message": _plain(why)}
        for field, why in error.fields.items()
    ]
    body = {"status": 409, "type": "Conflict", "message": _plain(error.sentence)}
    return _json(HTTPStatus.CONFLICT, {**body, "details": details})


def _step_up(error: DomainError) -> Response:
    """403 with the challenge of RFC 9470, so that a client can ask its provider for a fresh token.

    Not its 401, which clients of this API answer by refreshing a token, and that would not help.
    """
    known = settings()
    challenge = [f'error="{_STEP_UP}"', f'max_age="{known.fresh_sign_in_minutes * 60}"']
    if known.oidc_acr_values:
        challenge.append(f'acr_values="{known.oidc_acr_values}"')
    details: list[Any] = [_STEP_UP]
    if request.path.startswith(_CUSTOMER_DIALECT):
        details = [{"type": _STEP_UP, "message": _plain(error.sentence)}]
    response = answer(HTTPStatus.FORBIDDEN, _plain(error.sentence), details=details)
    response.headers["WWW-Authenticate"] = f"Bearer {', '.join(challenge)}"
    return response


def _is_approval() -> bool:
    return request.path.startswith("/approval/")


def _plain(words: Sentence) -> str:
    return words.plain()


def _with_types(details: list[Any] | None) -> list[Any]:
    return [
        {"type": "validation_violation", **entry} if isinstance(entry, Mapping) else entry
        for entry in details or []
    ]


def _given(**values: Any) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value}


def _json(status: int, body: dict[str, Any]) -> Response:
    response = jsonify(body)
    response.status_code = status
    return response
