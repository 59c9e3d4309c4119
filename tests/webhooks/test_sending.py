"""One request to receivers that are proper, slow, down, redirecting, lying, or somewhere else."""

import datetime as dt
import ssl
import time
from collections.abc import Iterator
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests.webhooks.receiver import Behaviour, Receiver, answer, drip, flood, raw, silence
from webapp.kernel.errors import Invalid
from webapp.webhooks.addresses import Allowed, is_public, read_url
from webapp.webhooks.domain import Outcome
from webapp.webhooks.sending import Way

LOOPBACK = Allowed.parse("127.0.0.1, ::1")


def send(url: str, *, timeout: float = 0.5, allowed: Allowed = LOOPBACK, **rest: object) -> Outcome:
    way = Way(allowed=allowed, timeout=timeout, **rest)  # type: ignore[arg-type]
    return way.post(url, '{"a":"ä"}', {"webhook-id": "msg_1"})


def test_a_proper_receiver_gets_the_body_as_it_was_written(receiver: Receiver) -> None:
    receiver.always = answer("200 OK", "thank you")
    outcome = send(receiver.url)
    [heard] = receiver.heard
    assert (outcome.status, outcome.answer, outcome.is_ok) == (200, "thank you", True)
    assert heard.line == "POST /hook?from=desk HTTP/1.1"
    assert heard.body == '{"a":"ä"}'
    assert heard.headers["host"] == f"127.0.0.1:{receiver.port}"
    assert heard.headers["content-type"] == "application/json"
    assert heard.headers["webhook-id"] == "msg_1"


@pytest.mark.parametrize(
    ("behaviour", "status"),
    [
        (answer("302 Found", "", "Location: http://169.254.169.254/"), 302),
        (answer("308 Permanent Redirect", "", "Location: /hook"), 308),
        (answer("410 Gone"), 410),
        (answer("500 Internal Server Error", "boom"), 500),
        (answer("101 Switching Protocols"), 101),
        (raw(b"hello, this is no HTTP\r\n"), None),
        (raw(b""), None),
        (raw(b"HTTP/1.1 200 OK\r\n" + b"x: y\r\n" * 5000), None),
        (raw(b"HTTP/1.1 200 OK\r\nx: " + b"y" * 100_000), None),
        (raw(b"HTTP/1.1 two hundred\r\n\r\n"), None),
    ],
)
def test_what_is_no_2xx_is_a_failure_and_nothing_is_followed(
    receiver: Receiver, behaviour: Behaviour, status: int | None
) -> None:
    receiver.always = behaviour
    outcome = send(receiver.url)
    assert (outcome.status, outcome.is_ok) == (status, False)
    assert outcome.in_words()
    assert len(receiver.heard) == 1


@pytest.mark.parametrize(
    "behaviour",
    [
        raw(b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\nthat was all"),
        raw(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nnonsense"),
        raw(b"HTTP/1.1 200 OK\r\nContent-Length: -7\r\n\r\n"),
        raw(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n\x00\xff\xed\xa0\x80abc"),
        flood,
    ],
)
def test_a_200_counts_whatever_becomes_of_the_rest(
    receiver: Receiver, behaviour: Behaviour
) -> None:
    receiver.always = behaviour
    outcome = send(receiver.url, timeout=2)
    assert outcome.is_ok
    assert len(outcome.answer) <= 1024
    assert "\x00" not in outcome.answer


@pytest.mark.parametrize(
    "behaviour",
    [
        silence,
        drip(b"HTTP/1.1 200 OK\r\n" + b"x: " + b"y" * 500, 0.1),
        drip(b"HTTP/1.1 500 No\r\nContent-Length: 400\r\n\r\n" + b"y" * 400, 0.1),
    ],
)
def test_time_counts_for_the_whole_exchange(receiver: Receiver, behaviour: Behaviour) -> None:
    receiver.always = behaviour
    start = time.monotonic()
    outcome = send(receiver.url, timeout=0.6)
    assert time.monotonic() - start < 3
    assert not outcome.is_ok


def test_a_receiver_that_is_down_is_away(receiver: Receiver) -> None:
    receiver.stop()
    outcome = send(receiver.url)
    assert (outcome.status, outcome.is_away) == (None, True)
    assert "refused" in outcome.in_words()


@pytest.mark.parametrize("name", ["http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY"])
def test_no_proxy_of_the_environment_is_used(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert send(receiver.url).is_ok


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "127.9.9.9", "0.0.0.0", "10.0.0.1", "172.16.0.1", "192.168.1.1",  # noqa: S104
        "169.254.169.254", "100.64.0.1", "192.0.2.1", "198.18.0.1", "224.0.0.1", "240.0.0.1",
        "255.255.255.255", "::", "::1", "::7f00:1", "::ffff:127.0.0.1", "::ffff:10.0.0.1",
        "::ffff:169.254.169.254", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "2002:7f00:1::",
        "2002:a9fe:a9fe::1", "fe80::1", "fc00::1", "fd00:ec2::254", "fec0::1", "ff02::1",
        "2001:db8::1", "64:ff9b:1::a00:1",
    ],
)  # fmt: skip
def test_addresses_of_somebodys_own_network_are_not_reached(address: str) -> None:
    assert not is_public(ip_address(address))
    outcome = send(
        "https://hooks.example.com/", allowed=Allowed(), resolve=lambda _host, _port: [address]
    )
    assert outcome.error == "The host leads to an address that is not public."


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:2800:220:1::1", "::ffff:8.8.8.8"])
def test_public_addresses_are_public(address: str) -> None:
    assert is_public(ip_address(address))


def test_one_private_address_among_public_ones_is_enough() -> None:
    both = ["93.184.216.34", "127.0.0.1"]
    outcome = send("https://a.example/", allowed=Allowed(), resolve=lambda _host, _port: both)
    assert "not public" in outcome.in_words()


def test_the_address_that_was_judged_is_the_one_that_is_used(receiver: Receiver) -> None:
    asked: list[str] = []

    def rebinding(host: str, _port: int) -> list[str]:
        asked.append(host)
        return ["127.0.0.1"] if len(asked) == 1 else ["169.254.169.254"]

    allowed = Allowed.parse("127.0.0.0/8")
    url = f"http://rebinding.example:{receiver.port}/"
    assert send(url, allowed=allowed, resolve=rebinding).is_ok
    assert asked == ["rebinding.example"]
    assert receiver.heard[0].headers["host"] == f"rebinding.example:{receiver.port}"
    assert "not public" in send(url, allowed=allowed, resolve=rebinding).in_words()
    assert len(receiver.heard) == 1


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("http://hooks.example.com/", "Only https"),
        ("https://hooks.example.com:22/", "Only the ports"),
        ("https://hooks.example.com:6379/", "Only the ports"),
    ],
)
def test_public_hosts_are_reached_by_https_at_its_ports(url: str, why: str) -> None:
    outcome = send(url, allowed=Allowed(), resolve=lambda _host, _port: ["93.184.216.34"])
    assert why in outcome.in_words()


@pytest.mark.parametrize(
    "url",
    [
        "", "hooks.example.com", "ftp://a.example/", "file:///etc/passwd", "https://", "https:///x",
        "https://user:pass@a.example/", "https://a.example/#part", "https://a.example:0/",
        "https://a.example:99999/", "https://a.example:x/", "https://a b.example/",
        "https://a.example/\r\nHost: b", "https://ä.example/", "https://127.1/",
        "https://2130706433/", "https://0x7f.1/", "https://0x7f000001/", "https://[::1/",
        "https://localhost/", "https://127.0.0.1/", "https://[::ffff:127.0.0.1]/",
        "https://169.254.169.254/latest", "http://a.example/", "https://a.example:25/",
        "https://intranet/", "https://a.example\\@b.example/", "https://a..example/",
        "javascript:alert(1)", "https://a.example/" + "x" * 600, "https://a.example/\x00",
        "https://a.example/\ud800", "gopher://127.0.0.1:25/",
    ],
)  # fmt: skip
def test_addresses_that_cannot_be_meant_are_refused_when_they_are_written(url: str) -> None:
    with pytest.raises(Invalid) as refusal:
        read_url(url, Allowed())
    assert set(refusal.value.fields) == {"url"}
    assert not send(url, allowed=Allowed()).is_ok


@pytest.mark.parametrize(
    ("url", "allowed"),
    [
        ("https://hooks.example.com/a?b=c", ""),
        ("https://hooks.example.com:8443/", ""),
        ("https://8.8.8.8/", ""),
        ("http://erp.corp:8080/in", "erp.corp"),
        ("http://10.1.2.3:81/", "10.0.0.0/8"),
        ("http://[fd00::1]:81/", "fd00::/8"),
        ("http://[::1]:81/", "::1"),
        ("http://erp.corp:8080/in", "10.0.0.0/8"),
        ("http://127.0.0.1:8080/in", "http://127.0.0.1:8080"),
        ("http://erp.corp/in", "http://ERP.corp:80"),
    ],
)
def test_what_is_public_or_allowed_can_be_written(url: str, allowed: str) -> None:
    assert read_url(url, Allowed.parse(allowed)).host


def test_what_is_allowed_has_to_be_a_host_or_a_network() -> None:
    with pytest.raises(ValueError, match="neither a host nor a network"):
        Allowed.parse("10.0.0.0/8, not a host!")
    for odd in ("http://10.0.0.1/path", "ftp://10.0.0.1", "http://", "http://a b"):
        with pytest.raises(ValueError, match=r"origin|more than"):
            Allowed.parse(odd)


def test_an_allowed_origin_is_one_server_and_nothing_beside_it(receiver: Receiver) -> None:
    allowed = Allowed.parse(f"http://127.0.0.1:{receiver.port}")
    assert send(receiver.url, allowed=allowed).is_ok
    for url in (f"http://127.0.0.2:{receiver.port}/", f"http://127.0.0.1:{receiver.port + 1}/"):
        with pytest.raises(Invalid):
            read_url(url, allowed)
        assert "not public" in send(url, allowed=allowed).in_words()
    assert len(receiver.heard) == 1


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A certificate for `good.example`, signed by itself."""
    key, now = ec.generate_private_key(ec.SECP256R1()), dt.datetime.now(dt.UTC)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "good.example")])
    built = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("good.example")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = tmp_path / "both.pem"
    file.write_bytes(
        built.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return file


@pytest.fixture
def secure(certificate: Path) -> Iterator[Receiver]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    one = Receiver(tls=context).start()
    yield one
    one.stop()


@pytest.mark.parametrize(
    ("host", "trusted", "arrives"),
    [("good.example", True, True), ("bad.example", True, False), ("good.example", False, False)],
)
def test_the_name_is_proved_by_a_certificate(
    secure: Receiver, certificate: Path, host: str, *, trusted: bool, arrives: bool
) -> None:
    outcome = send(
        f"https://{host}:{secure.port}/",
        timeout=3,
        resolve=lambda _host, _port: ["127.0.0.1"],
        tls=lambda: ssl.create_default_context(cafile=str(certificate) if trusted else None),
    )
    assert (outcome.is_ok, len(secure.heard)) == (arrives, int(arrives))
    if not arrives:
        assert outcome.in_words().startswith("TLS failed")


def test_plain_http_at_a_tls_port_is_a_failure(receiver: Receiver) -> None:
    url = receiver.url.replace("http:", "https:")
    assert send(url).in_words().startswith(("TLS failed", "The connection", "It took"))
