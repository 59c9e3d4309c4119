"""From the sign-in page through the demo's own provider, with our own client, over real sockets."""

from tests.demo.conftest import Visitor


def test_whoever_chooses_a_person_at_the_provider_is_signed_in_as_them(visitor: Visitor) -> None:
    chooser = visitor.send(visitor.get("/inbox"))
    assert chooser.url.startswith(f"{visitor.url}/demo/idp/authorize?")
    assert "Who are you today?" in chooser.text
    assert "Company limit 1,000.00 EUR" in chooser.text
    inbox = visitor.send(chooser, person="ada")
    assert inbox.url == f"{visitor.url}/inbox"
    assert "Ada Lindqvist" in inbox.text


def test_one_press_leads_through_the_whole_sign_in(visitor: Visitor) -> None:
    page = visitor.send(visitor.get("/demo/people"), person="rita")
    assert [reply.status_code for reply in page.history] == [303, 302, 303, 302]
    assert page.url == f"{visitor.url}/requests"
    assert "Rita Brandt" in page.text


def test_the_same_browser_becomes_somebody_else(visitor: Visitor) -> None:
    visitor.send(visitor.get("/demo/people"), person="rita")
    first = visitor.session.cookies.copy()
    page = visitor.send(visitor.get("/demo/people"), person="ada")
    assert page.url == f"{visitor.url}/inbox"
    visitor.session.cookies = first
    assert visitor.get("/requests").url.startswith(f"{visitor.url}/sign-in")


def test_somebody_else_comes_back_to_the_same_page_where_they_may_see_it(
    visitor: Visitor,
) -> None:
    visitor.send(visitor.get("/demo/people"), person="rita")
    page = visitor.be("ada", on="/carts?q=phones")
    assert page.url == f"{visitor.url}/carts?q=phones"
    assert visitor.be("bob", on="/company").url == f"{visitor.url}/inbox"
    page = visitor.be("marek", on="/inbox")
    assert page.url == f"{visitor.url}/requests"
    assert "That page is not for Marek Nowak, who begins here." in page.text
    assert page.text.count('aria-current="true"') == 1


def test_a_person_who_does_not_exist_cannot_be_chosen(visitor: Visitor) -> None:
    page = visitor.send(visitor.get("/demo/people"), person="nobody")
    assert page.status_code == 400
    assert visitor.get("/inbox").url.startswith(f"{visitor.url}/sign-in")


def test_signing_out_comes_back_from_the_provider(visitor: Visitor) -> None:
    visitor.send(visitor.get("/demo/people"), person="bob")
    reply = visitor.session.post(
        f"{visitor.url}/sign-out",
        data={"csrf_token": _token(visitor)},
        headers={"Referer": visitor.url},
        timeout=10,
    )
    assert [one.status_code for one in reply.history] == [303, 302]
    assert reply.history[1].url.startswith(f"{visitor.url}/demo/idp/logout")
    assert reply.url.startswith(f"{visitor.url}/signed-out")


def test_the_provider_sets_no_cookie(visitor: Visitor) -> None:
    reply = visitor.get("/demo/idp/.well-known/openid-configuration")
    assert "Set-Cookie" not in reply.headers
    assert visitor.get("/demo/idp/jwks.json").headers.get("Set-Cookie") is None


def _token(visitor: Visitor) -> str:
    text = visitor.get("/account").text
    return text.split('name="csrf_token" value="', 1)[1].split('"', 1)[0]
