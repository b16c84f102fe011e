"""The balancer as compose.yaml starts it: over TLS, an id for each request, and words where nobody answers."""

from datetime import UTC, datetime, timedelta

import pytest
import requests
import yaml
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from chaos.servers import ROOT, free_ports, installed, running, wait_for

DEPLOY = ROOT / "deploy"
ENVIRONMENT = yaml.safe_load((DEPLOY / "compose.yaml").read_text())["services"]["balancer"][
    "environment"
]


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """A certificate of our own making and its key, in one file as HAProxy wants them."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    file = tmp_path_factory.mktemp("tls") / "certificate.pem"
    file.write_bytes(
        made.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return file


@pytest.fixture(scope="module")
def balancer(certificate, tmp_path_factory):
    """The balancer with no web process behind it: its address, and its log."""
    port, *web = free_ports(3)
    listen = ENVIRONMENT["LISTEN"].replace("*:8443", f"127.0.0.1:{port}")
    log = tmp_path_factory.mktemp("balancer") / "log"
    command = [installed("haproxy"), "-db", "-f", str(DEPLOY / "haproxy.cfg")]
    env = {
        **ENVIRONMENT,
        "LISTEN": listen.replace("/run/secrets/tls_certificate", str(certificate)),
        **{f"WEB_{n}": f"127.0.0.1:{each}" for n, each in enumerate(web, 1)},
    }
    with running(command, log=log, env=env):
        wait_for(port)
        yield f"https://localhost:{port}", log


def ask(balancer, path, **headers):
    return requests.get(f"{balancer[0]}{path}", headers=headers, verify=False, timeout=5)


@pytest.mark.filterwarnings("ignore:Unverified HTTPS request")
def test_where_nobody_answers_it_says_whom_to_call_and_under_which_id(balancer):
    answer = ask(balancer, "/api/v1/sessions?marker=heron")
    assert answer.status_code == 503
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["resources"]
    logged = balancer[1].read_text()
    assert answer.headers["X-Request-ID"] in logged
    assert "heron" not in logged
    assert "127.0.0.1 " not in logged


@pytest.mark.filterwarnings("ignore:Unverified HTTPS request")
def test_an_id_is_kept_where_it_is_one(balancer):
    kept = ask(balancer, "/x", **{"X-Request-ID": "heron-1"})
    assert kept.headers["X-Request-ID"] == "heron-1"
    replaced = ask(balancer, "/x", **{"X-Request-ID": "no id <script>"})
    assert replaced.headers["X-Request-ID"] != "no id <script>"


@pytest.mark.filterwarnings("ignore:Unverified HTTPS request")
def test_metrics_are_not_for_outside(balancer):
    assert ask(balancer, "/metrics").status_code == 404


def test_a_web_process_made_anew_is_found_under_its_name():
    text = (DEPLOY / "haproxy.cfg").read_text()
    assert "resolvers names\n    parse-resolv-conf" in text
    assert text.count("default-server ") == text.count("resolvers names resolve-prefer ipv4") == 2


def test_it_is_reached_at_the_port_that_compose_publishes():
    (published,) = yaml.safe_load((DEPLOY / "compose.yaml").read_text())["services"]["balancer"][
        "ports"
    ]
    assert ENVIRONMENT["LISTEN"].startswith(f"*:{published.partition(':')[2]} ssl ")
