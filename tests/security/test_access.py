"""Who may do what: every route and method of the desk, for every kind of caller.

The tables are written by hand, from what each page promises. They are never computed from the
rules: that would only show that the rules agree with themselves.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.security.stage import CORA, GONE, IDA, ZOE, Stage, ask, staged
from tests.support.app import Rows
from tests.support.databases import Backend
from webapp.demo.cast import seed_document
from webapp.kernel.clock import utcnow
from webapp.kernel.ids import new_id
from webapp.seeding import service as seeding

# stranger: no session.               expired: a session of Rita that has ended.
# tenant:   admin of another tenant.  company: admin of another company of the tenant.
# colleague: a buyer who is not asked. requester: Rita, whose requests, carts and quotes these are.
# approver: Bob, whom Rita asked.     admin: of the same company, and not asked.
# contact:  of the same company.      inactive: the account was switched off while signed in.
# nobody:   belongs to no company.
KINDS = (
    "stranger", "expired", "tenant", "company", "colleague", "requester", "approver", "admin",
    "contact", "inactive", "nobody",
)  # fmt: skip
PEOPLE = {
    "tenant": ZOE,
    "company": "olga",
    "colleague": "ben",
    "requester": "rita",
    "approver": "bob",
    "admin": "ada",
    "contact": CORA,
    "inactive": IDA,
    "nobody": "carl",
}

FORMS = {
    "-": "",
    "approve": "step=approved&revision=1",
    "order": "step=order&revision=1",
    "decline": "step=declined&revision=1&note=No",
    "first-press": "step=approve&revision=1",
    "ask": "step=asked&revision=1&note=Why",
    "selection": "step=approved&note=&selected=nowhere:1",
    "words": "text=Hello",
    "terms": "revision=1&shipping_method=zone-de/express&shipping_address=&billing_address="
    "&payment_method=&window=",
    "withdraw": "step=withdrawn",
    "return": "step=returned",
    "rows": "name=&version=1&lines-0-sku=DR-18V&lines-0-quantity=1",
    "text": "step=check&version=1&text=DR-18V;1",
    "delete": "version=1",
    "hand-over": "shipping_address=le1-shipping&billing_address=le1-billing&window=&day="
    "&shipping_method=zone-de/standard&payment_method=none/invoice&approver=bob&comment=please",
    "quote": "approver=ada",
    "person": "email=new@acme.example&first_name=New&last_name=One&role=B2B_BUYER",
    "role": "role=B2B_BUYER&seen=B2B_REQUESTER",
    "successor": "approver=ben&seen=bob",
    "limit": "limit-kind=limited&limit-amount=2000&limit-currency=EUR&limit-version=1",
    "group": "group-version=1",
    "again": "again-kind=limited&again-amount=2000&again-currency=EUR&again-version=1",
    "links": "link-kind=limited&link-amount=200&link-currency=EUR&link-version=1",
    "link": "step=approved&note=",
    "token": "token=nothing&step=approved",
    "look": "revision=1",
    "reasons": "version=0&phrases=Too%20dear",
    "webhook": "url=https://hooks.example.com/&event_types=order.created&is_active=y&version=1",
    "le1": "company_id=le1",
    "le2": "company_id=le2",
    "settings": "language=de&time_zone=Europe/Berlin&theme=dark",
    "key": "name=report&access=read&days=30",
    "client": "name=books&reads_orders=y",
    "next": "next=/inbox",
    "german": "language=de&next=/sign-in",
    "acme": "tenant_id=acme",
    "practice": "step=declined&note=No",
}

#                                                   stranger
#                                                   |   expired
#                                                   |   |   tenant
#                                                   |   |   |   company
#                                                   |   |   |   |   colleague
#                                                   |   |   |   |   |   requester
#                                                   |   |   |   |   |   |   approver
#                                                   |   |   |   |   |   |   |   admin
#                                                   |   |   |   |   |   |   |   |   contact
#                                                   |   |   |   |   |   |   |   |   |   inactive
#                                                   |   |   |   |   |   |   |   |   |   |   nobody
TABLE = """
GET  /                                  -           302 302 302 302 302 302 302 302 302 302 302
GET  /inbox                             -           302 302 200 200 200 200 200 200 200 302 200
GET  /inbox?open={pending}              -           302 302 404 404 404 404 200 404 404 302 404
GET  /inbox/selection?selected={pending}:1 -        302 302 200 200 200 200 200 200 200 302 200
GET  /inbox/selection/outcome?selected={pending}:1 - 302 302 200 200 200 200 200 200 200 302 200
POST /inbox/selection                   selection   401 401 303 303 303 303 303 303 303 401 303
POST /inbox/{pending}/decision          first-press 401 401 404 404 404 404 200 404 404 401 404
POST /inbox/{pending}/decision          order       401 401 404 404 404 404 303 404 404 401 404
POST /inbox/{declined}/decision         approve     401 401 404 404 404 404 409 404 404 401 404
POST /inbox/{pending}/questions         ask         401 401 404 404 404 404 303 404 404 401 404
POST /inbox/{pending}/comments          ask         401 401 404 404 404 404 303 404 404 401 404
GET  /requests                          -           302 302 200 200 200 200 200 200 200 302 200
GET  /inbox.csv                         -           302 302 200 200 200 200 200 200 200 302 200
GET  /requests.csv                      -           302 302 200 200 200 200 200 200 200 302 200
GET  /orders.csv                        -           302 302 200 200 200 200 200 200 200 302 200
GET  /carts.csv                         -           302 302 200 200 200 200 200 200 200 302 200
GET  /quotes.csv                        -           302 302 200 200 200 200 200 200 200 302 200
GET  /company/people.csv                -           302 302 200 200 403 403 403 200 403 302 403
GET  /company/requests.csv              -           302 302 200 200 403 403 403 200 403 302 403
GET  /company/figures.csv               -           302 302 200 200 403 403 403 200 403 302 403
GET  /company/changes.csv               -           302 302 200 200 403 403 403 200 403 302 403
GET  /company/messages.csv              -           302 302 200 200 403 403 403 200 403 302 403
GET  /company/webhooks.csv              -           302 302 200 200 403 403 403 200 403 302 403
GET  /approvals/{pending}               -           302 302 404 404 404 200 200 404 404 302 404
GET  /approvals/{asked}                 -           302 302 404 404 404 200 200 404 404 302 404
GET  /approvals/{approved}              -           302 302 404 404 404 200 200 404 404 302 404
GET  /approvals/{declined}              -           302 302 404 404 404 200 200 404 404 302 404
GET  /approvals/{ordered}               -           302 302 404 404 404 200 200 404 404 302 404
GET  /approvals/{elsewhere}             -           302 302 404 404 404 404 404 404 404 302 404
POST /approvals/{pending}/decision      first-press 401 401 404 404 404 200 200 404 404 401 404
POST /approvals/{pending}/decision      approve     401 401 404 404 404 403 303 404 404 401 404
POST /approvals/{pending}/decision      order       401 401 404 404 404 403 303 404 404 401 404
POST /approvals/{pending}/decision      decline     401 401 404 404 404 403 303 404 404 401 404
POST /approvals/{declined}/decision     approve     401 401 404 404 404 409 409 404 404 401 404
POST /approvals/{elsewhere}/decision    approve     401 401 404 404 404 404 404 404 404 401 404
POST /approvals/{pending}/questions     ask         401 401 404 404 404 403 303 404 404 401 404
POST /approvals/{asked}/answers         words       401 401 404 404 404 303 403 404 404 401 404
POST /approvals/{pending}/answers       words       401 401 404 404 404 403 403 404 404 401 404
POST /approvals/{pending}/comments      words       401 401 404 404 404 303 303 404 404 401 404
GET  /decide?token=nothing              -           404 404 404 404 404 404 404 404 404 404 404
GET  /decide?token={token}              -           303 303 303 303 303 303 303 303 303 303 303
POST /decide                            token       404 404 404 404 404 404 404 404 404 404 404
GET  /decide/{link}                     -           302 302 404 404 404 404 200 404 404 302 404
POST /decide/{link}                     link        401 401 404 404 404 404 303 404 404 401 404
GET  /approvals/{pending}/details       -           302 302 404 404 404 200 200 404 404 302 404
GET  /approvals/{declined}/details      -           302 302 404 404 404 403 403 404 404 302 404
POST /approvals/{pending}/details       terms       401 401 404 404 404 303 303 404 404 401 404
POST /approvals/{pending}/withdrawal    withdraw    401 401 404 404 404 303 303 404 404 401 404
POST /approvals/{declined}/withdrawal   withdraw    401 401 404 404 404 409 409 404 404 401 404
POST /approvals/{pending}/reminders     -           401 401 404 404 404 303 403 404 404 401 404
POST /approvals/{asked}/reminders       -           401 401 404 404 404 403 403 404 404 401 404
POST /approvals/{declined}/reminders    -           401 401 404 404 404 409 409 404 404 401 404
POST /approvals/{approved}/order        -           401 401 404 404 404 303 303 404 404 401 404
POST /approvals/{pending}/order         -           401 401 404 404 404 409 409 404 404 401 404
POST /approvals/{declined}/resubmission -           401 401 404 404 404 303 403 404 404 401 404
POST /approvals/{pending}/return        return      401 401 404 404 404 303 403 404 404 401 404
POST /approvals/{declined}/return       return      401 401 404 404 404 409 409 404 404 401 404
POST /approvals/{pending}/resubmission  -           401 401 404 404 404 409 409 404 404 401 404
POST /approvals/{pending}/looks         look        401 401 404 404 404 204 204 404 404 401 404
POST /approvals/{pending}/attachments   -           401 401 404 404 404 422 422 404 404 401 404
GET  /approvals/{pending}/decision.pdf  -           302 302 404 404 404 200 200 404 404 302 404
GET  /approvals/{declined}/decision.pdf -           302 302 404 404 404 200 200 404 404 302 404
GET  /approvals/{pending}/evidence.json -           302 302 404 404 404 404 404 200 404 302 404
GET  /approvals/{declined}/evidence.json -          302 302 404 404 404 404 200 200 404 302 404
GET  /approvals/{elsewhere}/evidence.json -         302 302 404 200 404 404 404 404 404 302 404
GET  /approvals/{pending}/evidence.pdf  -           302 302 404 404 404 404 404 200 404 302 404
GET  /approvals/{declined}/evidence.pdf  -          302 302 404 404 404 404 200 200 404 302 404
GET  /approvals/{elsewhere}/evidence.pdf  -         302 302 404 200 404 404 404 404 404 302 404
GET  /approvals/{pending}/attachments/nothing -     302 302 404 404 404 404 404 404 404 302 404
POST /approvals/{pending}/attachments/nothing/removal - 401 401 404 404 404 404 404 404 404 401 404
GET  /carts                             -           302 302 200 200 200 200 200 200 200 302 200
GET  /carts/new                         -           302 302 200 200 200 200 200 200 200 302 200
POST /carts/new                         rows        401 401 422 303 303 303 303 303 303 401 303
GET  /carts/import                      -           302 302 200 200 200 200 200 200 200 302 200
POST /carts/import                      text        401 401 422 200 200 200 200 200 200 401 200
GET  /carts/c500-rita                   -           302 302 404 404 404 200 404 404 404 302 404
GET  /carts/{pending_cart}              -           302 302 404 404 404 200 404 404 404 302 404
GET  /carts/c500-rita/edit              -           302 302 404 404 404 200 404 404 404 302 404
GET  /carts/{pending_cart}/edit         -           302 302 404 404 404 409 404 404 404 302 404
POST /carts/c500-rita/edit              rows        401 401 404 404 404 303 404 404 404 401 404
POST /carts/{pending_cart}/edit         rows        401 401 404 404 404 409 404 404 404 401 404
GET  /carts/c500-rita/lines             -           302 302 404 404 404 200 404 404 404 302 404
POST /carts/c500-rita/lines             text        401 401 404 404 404 200 404 404 404 401 404
GET  /carts/c500-rita/deletion          -           302 302 404 404 404 200 404 404 404 302 404
POST /carts/c500-rita/deletion          delete      401 401 404 404 404 303 404 404 404 401 404
POST /carts/{pending_cart}/deletion     delete      401 401 404 404 404 409 404 404 404 401 404
GET  /carts/c500-rita/checkout          -           302 302 404 404 404 200 404 404 404 302 404
GET  /carts/{pending_cart}/checkout     -           302 302 404 404 404 303 404 404 404 302 404
POST /carts/c500-rita/checkout          hand-over   401 401 404 404 404 303 404 404 404 401 404
GET  /carts/c500-bob/checkout           -           302 302 404 404 404 404 200 404 404 302 404
POST /carts/c500-bob/checkout           hand-over   401 401 404 404 404 404 303 404 404 401 404
GET  /carts/c500-carl/checkout          -           302 302 404 404 404 404 404 404 404 302 200
POST /carts/c500-carl/checkout          hand-over   401 401 404 404 404 404 404 404 404 401 422
GET  /carts/{contact_cart}/checkout     -           302 302 404 404 404 404 404 404 200 302 404
POST /carts/{contact_cart}/checkout     hand-over   401 401 404 404 404 404 404 404 403 401 404
GET  /quotes                            -           302 302 200 200 200 200 200 200 200 302 200
GET  /quotes/Q1                         -           302 302 404 404 404 200 404 404 404 302 404
GET  /quotes/Q1/checkout                -           302 302 404 404 404 200 404 404 404 302 404
POST /quotes/Q1/checkout                quote       401 401 404 404 404 303 404 404 404 401 404
GET  /orders                            -           302 302 200 200 200 200 200 200 200 302 200
GET  /orders/{order}                    -           302 302 404 404 404 200 200 404 404 302 404
GET  /company                           -           302 302 200 200 403 403 403 200 403 302 403
GET  /company?view=rules                -           302 302 200 200 403 403 403 200 403 302 403
GET  /company?view=waiting              -           302 302 200 200 403 403 403 200 403 302 403
GET  /company?view=requests             -           302 302 200 200 403 403 403 200 403 302 403
GET  /company?view=figures              -           302 302 200 200 403 403 403 200 403 302 403
GET  /company?view=changes              -           302 302 200 200 403 403 403 200 403 302 403
GET  /company/reasons                   -           302 302 200 200 403 403 403 200 403 302 403
POST /company/reasons                   reasons     401 401 303 303 403 403 403 303 403 401 403
GET  /company/messages                  -           302 302 200 200 403 403 403 200 403 302 403
GET  /company/messages?box=failed       -           302 302 200 200 403 403 403 200 403 302 403
POST /company/messages/{message}/replay -           401 401 404 404 403 403 403 303 403 401 403
GET  /company/webhooks                  -           302 302 200 200 403 403 403 200 403 302 403
GET  /company/webhooks/new              -           302 302 200 200 403 403 403 200 403 302 403
POST /company/webhooks/new              webhook     401 401 201 201 403 403 403 201 403 401 403
GET  /company/webhooks/{hook}           -           302 302 404 404 403 403 403 200 403 302 403
GET  /company/webhooks/{hook}/edit      -           302 302 404 404 403 403 403 200 403 302 403
POST /company/webhooks/{hook}/edit      webhook     401 401 404 404 403 403 403 303 403 401 403
POST /company/webhooks/{hook}/tests     -           401 401 404 404 403 403 403 303 403 401 403
GET  /company/webhooks/{hook}/secret    -           302 302 404 404 403 403 403 200 403 302 403
POST /company/webhooks/{hook}/secret    -           401 401 404 404 403 403 403 201 403 401 403
GET  /company/webhooks/{hook}/removal   -          302 302 404 404 403 403 403 200 403 302 403
POST /company/webhooks/{hook}/removal   -          401 401 404 404 403 403 403 303 403 401 403
GET  /company/webhooks/{hook}/deliveries.csv - 302 302 404 404 403 403 403 200 403 302 403
GET  /company/webhooks/{hook}/deliveries/{sent} - 302 302 404 404 403 403 403 200 403 302 403
POST /company/webhooks/{hook}/deliveries/{sent}/replay - 401 401 404 404 403 403 403 303 403 401 403
GET  /company/people/rob                -           302 302 404 404 403 403 403 200 403 302 403
GET  /company/people/olga               -           302 302 404 200 403 403 403 404 403 302 403
GET  /company/requests/{pending}        -           302 302 404 404 403 403 403 200 403 302 403
GET  /company/requests/{elsewhere}      -           302 302 404 200 403 403 403 404 403 302 403
POST /company/requests/{pending}/approver successor 401 401 404 404 403 403 403 303 403 401 403
POST /company/requests/{elsewhere}/approver successor 401 401 404 403 403 403 403 404 403 401 403
POST /company/people                    person      401 401 303 303 403 403 403 303 403 401 403
POST /company/people/rob/role           role        401 401 404 404 403 403 403 303 403 401 403
POST /company/people/rob/activity       -           401 401 404 404 403 403 403 303 403 401 403
POST /company/people/rob/invitation     -           401 401 404 404 403 403 403 303 403 401 403
GET  /company/people/rob/departure      -           302 302 404 404 403 403 403 200 403 302 403
GET  /company/people/olga/departure     -           302 302 404 200 403 403 403 404 403 302 403
POST /company/people/rob/departure      -           401 401 404 404 403 403 403 303 403 401 403
POST /company/people/olga/departure     -           401 401 404 403 403 403 403 404 403 401 403
POST /company/people/ben/source         -           401 401 404 404 403 403 403 303 403 401 403
POST /company/signing-in-again          again       401 401 303 303 403 403 403 303 403 401 403
POST /company/decision-links             links       401 401 303 303 403 403 403 303 403 401 403
POST /company/limit                     limit       401 401 303 303 403 403 403 303 403 401 403
POST /company/group                     group       401 401 303 303 403 403 403 303 403 401 403
POST /company-choice                    le1         401 401 303 404 303 303 303 303 303 401 404
POST /company-choice                    le2         401 401 404 303 404 404 404 404 404 401 404
GET  /live                              -           302 302 200 200 200 200 200 200 200 302 200
GET  /live/company                      -           302 302 200 200 403 403 403 200 403 302 403
GET  /account                           -           302 302 200 200 200 200 200 200 200 302 200
POST /account/preferences               settings    401 401 303 303 303 303 303 303 303 401 303
POST /account/sessions/extension        -           401 401 204 204 204 204 204 204 204 401 204
POST /account/sessions/{session}/end    -           401 401 404 404 404 303 404 404 404 401 404
POST /account/sessions/others/end       -           401 401 303 303 303 303 303 303 303 401 303
GET  /account/keys/new                  -           302 302 200 200 200 200 200 200 200 302 200
POST /account/keys/new                  key         401 401 201 201 201 201 201 201 201 401 201
GET  /account/keys/{key}/revocation     -           302 302 404 404 404 200 404 404 404 302 404
POST /account/keys/{key}/revocation     -           401 401 404 404 404 303 404 404 404 401 404
GET  /account/absences/new              -           302 302 200 200 200 403 200 200 403 302 403
POST /account/absences/new              -           401 401 422 422 422 403 422 422 403 401 403
POST /account/absences/nothing/end      -           401 401 404 404 404 404 404 404 404 401 404
GET  /company/people/bob/absences/new   -           302 302 404 404 403 403 403 200 403 302 403
POST /company/people/bob/absences/new   -           401 401 404 404 403 403 403 422 403 401 403
GET  /account/clients/new               -           302 302 200 200 403 403 403 200 403 302 403
POST /account/clients/new               client      401 401 201 201 403 403 403 201 403 401 403
GET  /account/clients/{api_client}/revocation -     302 302 404 404 403 403 403 200 403 302 403
POST /account/clients/{api_client}/revocation -     401 401 404 404 403 403 403 303 403 401 403
GET  /continue                          -           302 302 303 303 303 303 303 303 303 302 303
GET  /sign-in                           -           200 200 303 303 303 303 303 303 303 200 303
POST /sign-in                           next        302 302 302 302 302 302 302 302 302 302 302
POST /language                          german      303 303 303 303 303 303 303 303 303 303 303
POST /sign-in/again                     next        401 401 302 302 302 302 302 302 302 401 302
GET  /auth/callback                     -           400 400 400 400 400 400 400 400 400 400 400
GET  /sign-in/choice                    -           303 303 303 303 303 303 303 303 303 303 303
POST /sign-in/choice                    acme        419 419 303 303 303 303 303 303 303 303 303
POST /sign-out                          -           401 401 303 303 303 303 303 303 303 401 303
GET  /signed-out                        -           200 200 200 200 200 200 200 200 200 200 200
GET  /healthz                           -           200 200 200 200 200 200 200 200 200 200 200
GET  /readyz                            -           200 200 200 200 200 200 200 200 200 200 200
GET  /metrics                           -           404 404 404 404 404 404 404 404 404 404 404
GET  /help                              -           302 302 200 200 200 200 200 200 200 302 200
GET  /help/approver                     -           302 302 200 200 200 200 200 200 200 302 200
GET  /help/cook                         -           302 302 404 404 404 404 404 404 404 302 404
POST /help/approver/put-away            -           401 401 303 303 303 303 303 303 303 401 303
POST /help/cook/put-away                -           401 401 404 404 404 404 404 404 404 401 404
GET  /help/practice                     -           302 302 200 200 200 200 200 200 200 302 200
POST /help/practice                     practice    401 401 200 200 200 200 200 200 200 401 200
GET  /developers                        -           200 200 200 200 200 200 200 200 200 200 200
GET  /openapi.json                      -           200 200 200 200 200 200 200 200 200 200 200
POST /developers/token                  -           401 401 404 404 404 404 404 404 404 401 404
"""

# The demo's provider and its pages, for a stranger, somebody signed in, and an expired session.
# Without the parameters that the desk sends along, the provider refuses; without the token of a
# page that was opened before, so do the forms of its pages.
DEMO = """
GET  /demo                                200 200 200
GET  /demo/split                          200 200 200
GET  /demo/seat                           404 404 404
GET  /demo/console                        302 200 302
POST /demo/console                        401 200 401
POST /demo/console/token                  401 303 401
POST /demo/hooks                          404 404 404
GET  /demo/webhooks                       302 404 302
POST /demo/webhooks/answer                401 404 401
POST /demo/webhooks/test                  401 404 401
GET  /demo/story                          302 200 302
POST /demo/story                          419 404 419
POST /demo/story/end                      401 303 401
GET  /demo/people                         200 200 200
POST /demo/people                         419 303 419
POST /demo/clock                          401 404 401
GET  /demo/arrival                        302 303 302
POST /demo/reset                          419 404 419
GET  /demo/brand/0123/brand.css           404 404 404
GET  /demo/brand/0123/logo                404 404 404
GET  /demo/mailbox                        302 200 302
GET  /demo/mailbox/nowhere                302 404 302
GET  /demo/mailbox/nowhere/html           302 404 302
GET  /demo/idp/.well-known/openid-configuration 200 200 200
GET  /demo/idp/jwks.json                  200 200 200
GET  /demo/idp/authorize                  400 400 400
POST /demo/idp/authorize                  419 400 419
POST /demo/idp/token                      400 400 400
GET  /demo/idp/userinfo                   401 401 401
POST /demo/idp/userinfo                   401 401 401
GET  /demo/idp/logout                     200 200 200
POST /demo/idp/logout                     200 200 200
GET  /design                              302 200 302
GET  /design/bar                          302 200 302
"""


@dataclass(frozen=True)
class Row:
    """One line of a table: what is asked, and what each kind of caller is answered."""

    method: str
    pattern: str
    form: str
    expected: tuple[int, ...]

    def __str__(self) -> str:
        return f"{self.method} {self.pattern} {self.form}"

    def ask(self, client: FlaskClient, path: str) -> TestResponse:
        """Send it, with its form if it has one."""
        if self.method == "GET":
            return ask(client, path, "GET")
        return ask(
            client,
            path,
            data=FORMS[self.form],
            content_type="application/x-www-form-urlencoded",
        )


def read(table: str) -> list[Row]:
    """The rows of a table."""
    rows = []
    for line in table.strip().splitlines():
        method, pattern, *rest = line.split()
        form = "-" if rest[0].isdigit() else rest.pop(0)
        rows.append(Row(method, pattern, form, tuple(map(int, rest))))
    return rows


ROWS, DEMO_ROWS = read(TABLE), read(DEMO)
# The parts of an address that name something of somebody.
SEEDED = {"c500-rita", "c500-bob", "c500-carl", "Q1", "rob", "ben", "olga"}


def hidden(row: Row) -> str:
    """What a caller may not know to exist: the part of the address that names it."""
    parts = row.pattern.partition("?")[0].split("/")
    return next((part for part in parts if part.startswith("{") or part in SEEDED), "")


@contextmanager
def caller(stage: Stage, kind: str) -> Iterator[FlaskClient]:
    """A browser of this kind of caller; what it does is undone."""
    with stage.scene():
        if kind == "stranger":
            yield stage.app.test_client()
        elif kind == "expired":
            client = stage.client("rita")
            stage.sql("UPDATE sessions SET expires_at = '2020-01-01 00:00:00+00:00'")
            yield client
        else:
            yield stage.client(PEOPLE[kind])


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_everybody_is_answered_as_the_table_says(stage: Stage, row: Row) -> None:
    """Where the answer is 404, it is the one for an id that never was, byte for byte."""
    nowhere = row.pattern.replace(hidden(row) or "/", new_id())
    answers = {}
    for kind in KINDS:
        with caller(stage, kind) as client:
            reply = row.ask(client, stage.path(row.pattern))
        answers[kind] = reply.status_code
        # Whoever sees the request may know that it is the file that is not there.
        is_party = kind in {"requester", "approver"} and "attachments/nothing" in row.pattern
        if reply.status_code == 404 and hidden(row) and not (stage.is_second or is_party):
            with caller(stage, kind) as client:
                assert seen(reply) == seen(row.ask(client, stage.path(nowhere))), kind
    assert answers == dict(zip(KINDS, row.expected, strict=True))


@pytest.mark.parametrize("row", [row for row in ROWS if row.method == "GET"], ids=str)
def test_asking_for_the_head_says_the_same(stage: Stage, row: Row) -> None:
    with caller(stage, "requester") as client:
        reply = ask(client, stage.path(row.pattern), "HEAD")
    assert reply.status_code == row.expected[KINDS.index("requester")]
    assert not reply.data


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "TRACE", "PROPFIND"])
def test_no_address_knows_another_method(stage: Stage, method: str) -> None:
    client = stage.app.test_client()
    for pattern in {row.pattern for row in ROWS}:
        reply = ask(client, stage.path(pattern), method)
        assert reply.status_code == 405, f"{method} {pattern}"


def test_who_left_the_company_belongs_to_none(stage: Stage) -> None:
    """A membership that has ended counts no more than one that never was."""
    with stage.scene():
        client = stage.client(GONE, "le1")
        for pattern in ("/company", "/company/requests/{pending}"):
            assert ask(client, stage.path(pattern), "GET").status_code == 403
        assert ask(client, stage.path("/approvals/{pending}"), "GET").status_code == 404
        assert ask(client, "/company-choice", data={"company_id": "le1"}).status_code == 404


def test_nothing_of_the_demo_is_there_without_it(stage: Stage) -> None:
    client = stage.client("ada")
    for row in DEMO_ROWS:
        for place in ("", "/seat/left", "/seat/right"):
            assert row.ask(client, place + row.pattern).status_code == 404, place + row.pattern


@pytest.mark.parametrize("row", DEMO_ROWS, ids=str)
def test_the_demo_answers_as_its_table_says(demo: Stage, row: Row) -> None:
    answers = []
    for kind in ("stranger", "requester", "expired"):
        with caller(demo, kind) as client:
            answers.append(row.ask(client, row.pattern).status_code)
    assert tuple(answers) == row.expected


def test_every_route_has_its_row(stage: Stage, demo: Stage) -> None:
    """Whoever adds a page says here who may open it."""
    assert routes(stage.app) == {named(stage.app, stage, row) for row in ROWS}
    added = routes(demo.app) - routes(stage.app)
    assert added == {named(demo.app, demo, row) for row in DEMO_ROWS}


@pytest.fixture(scope="module")
def demo(backend: Backend, acme_rows: Rows) -> Iterator[Stage]:
    """A desk with the pages of the demo."""
    with staged(
        backend,
        acme_rows,
        env="demo",
        oidc_issuer="http://localhost/demo/idp",
        oidc_client_id="countersign",
        oidc_client_secret="a secret of the tests only",
    ) as made:
        made.desk.run(seeding.load, seed_document("http://localhost/demo/idp"), now=utcnow())
        # Its sign-in asks its own provider, which is not served here.
        made.app.extensions["countersign.oidc"].create_client("oidc").server_metadata.update(
            {
                "_loaded_at": 1,
                "issuer": "http://localhost/demo/idp",
                "authorization_endpoint": "http://localhost/demo/idp/authorize",
            }
        )
        yield made


def routes(app: Flask) -> set[tuple[str, str]]:
    """Every rule of a page with every method that does something.

    Programs are asked for their tokens instead: `webapp.emporix.access.RULES` is their table.
    """
    return {
        (method, rule.rule)
        for rule in app.url_map.iter_rules()
        if not rule.endpoint.startswith("api_")
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }


def named(app: Flask, stage: Stage, row: Row) -> tuple[str, str]:
    """The rule that answers a row."""
    path = stage.path(row.pattern).partition("?")[0]
    rule, _ = app.url_map.bind("localhost").match(path, row.method, return_rule=True)
    return row.method, rule.rule


def seen(reply: TestResponse) -> tuple[int, bytes, dict[str, str]]:
    """What a caller can compare: everything but tokens and the number of the request."""
    body = re.sub(rb'(name="csrf_token"[^>]* value=)"[^"]+"', rb"\1", reply.data)
    # Where to go after signing in is what the caller has asked for.
    body = re.sub(rb'(name="next" value=)"[^"]+"', rb"\1", body)
    headers = {name: text for name, text in reply.headers if name != "X-Request-ID"}
    return reply.status_code, body, headers
