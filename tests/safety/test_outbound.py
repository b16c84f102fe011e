"""One POST: where it may go, how long it may take, what counts as an answer."""

import datetime as dt
import socket
import ssl
import threading
import time

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from safety import outbound
from safety.outbound import Answer, OutboundFailed, OutboundRefused, check_url, post_json
from tests.safety.receiver import answer, drip, drop, half_an_answer, late, receiver, silence

SECONDS = 2.0


@pytest.mark.parametrize(
    "host",
    [
        "127.1",
        "2130706433",  # decimal
        "0x7f000001",  # hex
        "0x7f.0.0.1",
        "0177.0.0.1",  # octal
        "017700000001",
        "localhost",
        "localhost.",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "0",
        "169.254.169.254",
        "100.64.0.1",
        "[2002:7f00:1::]",
        "[64:ff9b::7f00:1]",
        "[2001:0:7f00:1::]",
        "[::127.0.0.1]",
    ],
)
def test_no_way_of_writing_an_internal_host_gets_through(settings, host):
    settings.OUTBOUND_ALLOWED_HOSTS = []
    with pytest.raises(OutboundRefused, match="address_refused"):
        post_json(f"https://{host}/hook", b"{}", {}, SECONDS)


def test_one_internal_address_among_public_ones_is_enough_to_refuse(settings, monkeypatch):
    settings.OUTBOUND_ALLOWED_HOSTS = []
    _resolve_to(monkeypatch, "93.184.216.34", "10.0.0.1")
    with pytest.raises(OutboundRefused, match="address_refused"):
        post_json("https://alerts.example/hook", b"{}", {}, SECONDS)


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("ftp://alerts.example/", "scheme_refused"),
        ("file:///etc/hosts", "scheme_refused"),
        ("alerts.example", "scheme_refused"),
        ("https:///hook", "url_invalid"),
        ("https://alerts.example:99999/", "url_invalid"),
        ("https://[::1/", "url_invalid"),
        ("https://somebody:secret@alerts.example/", "url_invalid"),
        ("https://alerts.example/a b", "url_invalid"),
        ("https://alerts.example/\r\nX-More: 1", "url_invalid"),
        ("https://bücher.example/", "url_invalid"),
    ],
)
def test_a_url_of_the_wrong_form_is_refused_before_its_name_is_resolved(url, code):
    with pytest.raises(OutboundRefused, match=code):
        check_url(url)


def test_http_goes_only_to_the_operators_own_hosts(settings, monkeypatch):
    settings.OUTBOUND_ALLOWED_HOSTS = []
    _resolve_to(monkeypatch, "93.184.216.34")
    with pytest.raises(OutboundRefused, match="scheme_refused"):
        post_json("http://alerts.example/hook", b"{}", {}, SECONDS)


def test_an_answer_is_its_status_and_retry_after():
    with receiver(answer(503, "Retry-After: 7")) as server:
        given = post_json(f"{server.url}/hook?a=1", b'{"a":1}', {"webhook-id": "x"}, SECONDS)
    assert given == Answer(503, "7")
    (request,) = server.requests
    assert (request.path, request.body) == ("/hook?a=1", b'{"a":1}')
    assert request.headers["content-type"] == "application/json"
    assert request.headers["webhook-id"] == "x"
    assert request.headers["host"] == f"127.0.0.1:{server.port}"


def test_a_host_without_a_path_gets_the_root():
    with receiver() as server:
        post_json(server.url, b"{}", {}, SECONDS)
    assert server.requests[0].path == "/"


def test_a_redirect_is_a_failure_and_is_not_followed():
    with receiver() as elsewhere, receiver(answer(302, f"Location: {elsewhere.url}/")) as server:
        with pytest.raises(OutboundFailed, match="redirect_refused") as failure:
            post_json(server.url, b"{}", {}, SECONDS)
        assert failure.value.status == 302
        assert elsewhere.requests == []


@pytest.mark.parametrize("behavior", [half_an_answer, drop])
def test_a_broken_answer_is_a_failure(behavior):
    with receiver(behavior) as server, pytest.raises(OutboundFailed, match="answer_broken"):
        post_json(server.url, b"{}", {}, SECONDS)


@pytest.mark.parametrize("behavior", [silence(0.5), drip(0.5)])
def test_time_is_limited_over_everything_together(behavior):
    with receiver(behavior) as server:
        began = time.monotonic()
        with pytest.raises(OutboundFailed, match="timed_out"):
            post_json(server.url, b"{}", {}, 0.2)
        assert time.monotonic() - began < 0.45


def test_a_huge_answer_is_not_read_to_its_end():
    with receiver(answer(200, body=b"a" * 20_000_000)) as server:
        assert post_json(server.url, b"{}", {}, SECONDS).status == 200


def test_proxies_of_the_environment_are_not_used(monkeypatch):
    for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    with receiver() as server:
        assert post_json(server.url, b"{}", {}, SECONDS).status == 200


def test_nobody_listening_is_a_failure():
    with receiver() as server:
        pass
    with pytest.raises(OutboundFailed, match="connect_failed"):
        post_json(server.url, b"{}", {}, SECONDS)


@pytest.mark.parametrize("error", [socket.gaierror(), UnicodeError()])
def test_a_name_that_does_not_resolve_is_a_failure(monkeypatch, error):
    def fail(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(socket, "getaddrinfo", fail)
    with pytest.raises(OutboundFailed, match="name_unresolved"):
        post_json("https://alerts.example/", b"{}", {}, SECONDS)


def test_a_slow_name_server_takes_no_more_than_the_time_limit(monkeypatch):
    waiting = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: waiting.wait())
    with pytest.raises(OutboundFailed, match="timed_out"):
        post_json("https://alerts.example/", b"{}", {}, 0.05)
    waiting.set()


def test_the_second_address_is_tried_when_the_first_is_silent(settings, monkeypatch):
    settings.OUTBOUND_ALLOWED_HOSTS = ["alerts.example"]
    with receiver() as server:
        _resolve_to(monkeypatch, "127.0.0.9", "127.0.0.1")
        assert post_json(f"http://alerts.example:{server.port}/", b"{}", {}, SECONDS).status == 200


def test_no_time_left_is_a_time_out():
    with pytest.raises(OutboundFailed, match="timed_out"):
        post_json("https://127.0.0.1/", b"{}", {}, 0)


def test_the_name_is_resolved_once_so_that_it_cannot_change_after_vetting(settings, monkeypatch):
    settings.OUTBOUND_ALLOWED_HOSTS = ["127.0.0.1"]
    looked_up = _resolve_to(monkeypatch, "127.0.0.1")
    with receiver() as server:
        post_json(f"http://alerts.example:{server.port}/", b"{}", {}, SECONDS)
    assert looked_up == ["alerts.example"]
    assert server.requests[0].headers["host"] == f"alerts.example:{server.port}"


def test_tls_checks_the_name_of_the_url_not_the_address(tmp_path, settings, monkeypatch):
    settings.OUTBOUND_ALLOWED_HOSTS = ["127.0.0.1"]
    server_side, trusting = _certificate_for("alerts.example", tmp_path)
    monkeypatch.setattr(outbound, "_tls", lambda: trusting)
    _resolve_to(monkeypatch, "127.0.0.1")
    with receiver(tls=server_side) as server:
        sent = post_json(f"https://alerts.example:{server.port}/", b"{}", {}, SECONDS)
        with pytest.raises(OutboundFailed, match="tls_failed"):
            post_json(f"https://other.example:{server.port}/", b"{}", {}, SECONDS)
    assert sent.status == 200
    assert len(server.requests) == 1


def test_time_is_limited_over_tls_too(tmp_path, settings, monkeypatch):
    server_side, trusting = _certificate_for("alerts.example", tmp_path)
    monkeypatch.setattr(outbound, "_tls", lambda: trusting)
    _resolve_to(monkeypatch, "127.0.0.1")
    with (
        receiver(drip(1), tls=server_side) as server,
        pytest.raises(OutboundFailed, match="timed_out"),
    ):
        post_json(f"https://alerts.example:{server.port}/", b"{}", {}, 0.3)


def test_a_certificate_nobody_vouches_for_is_refused(tmp_path, settings):
    server_side, _ = _certificate_for("127.0.0.1", tmp_path)
    with receiver(tls=server_side) as server, pytest.raises(OutboundFailed, match="tls_failed"):
        post_json(server.url, b"{}", {}, SECONDS)


def test_a_limit_that_ends_with_the_answer_is_still_a_time_out(monkeypatch):
    slow_to_read = lambda response: time.sleep(0.2)  # noqa: E731 - a stand-in
    monkeypatch.setattr(outbound, "_read_to_the_end", slow_to_read)
    with receiver(late(0, answer())) as server, pytest.raises(OutboundFailed, match="timed_out"):
        post_json(server.url, b"{}", {}, 0.1)


def _resolve_to(monkeypatch, *addresses: str) -> list[str]:
    looked_up: list[str] = []
    real = socket.getaddrinfo

    def resolve(host, port, *args, **kwargs):
        if not host.endswith(".example"):
            return real(host, port, *args, **kwargs)
        looked_up.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (text, port)) for text in addresses]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    return looked_up


def _certificate_for(host: str, folder) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
    today = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(today - dt.timedelta(days=1))
        .not_valid_after(today + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = folder / "certificate.pem"
    pem.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    server_side = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server_side.load_cert_chain(pem)
    return server_side, ssl.create_default_context(cafile=pem)
