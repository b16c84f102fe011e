"""Prometheus reaches the metrics of each process from inside, as the deploy files let it, and nobody from outside."""

import yaml
from django.test import Client

from chaos.servers import ROOT

KUBERNETES = ROOT / "deploy" / "kubernetes"
TOKEN = "only-for-tests-of-metrics"


def test_metrics_are_served_without_tls_to_whoever_has_the_token(settings, db):
    settings.SECURE_SSL_REDIRECT, settings.METRICS_TOKEN = True, TOKEN
    settings.ALLOWED_HOSTS = ["web-1", "10.1.2.3"]
    for host in ("web-1:8000", "10.1.2.3:8000"):
        scraper = Client(headers={"host": host, "authorization": f"Bearer {TOKEN}"})
        assert scraper.get("/metrics").status_code == 200
        assert scraper.get("/admin/login/").status_code == 301
    assert Client(headers={"host": "web-1"}).get("/metrics").status_code == 401


def test_every_web_process_answers_to_the_name_it_is_asked_by():
    composed = yaml.safe_load((ROOT / "deploy" / "compose.yaml").read_text())["services"]
    for name in ("web-1", "web-2"):
        assert name in composed[name]["environment"]["ALLOWED_HOSTS"].split(",")
    pod = yaml.safe_load((KUBERNETES / "web.yaml").read_text())["spec"]["template"]["spec"]
    variables = {each["name"]: each for each in pod["containers"][0]["env"]}
    assert variables["ALLOWED_HOSTS"]["value"] == "$(HOSTS),$(POD_IP)"
    assert variables["POD_IP"]["valueFrom"]["fieldRef"]["fieldPath"] == "status.podIP"
    assert variables["HOSTS"]["valueFrom"]["configMapKeyRef"]["key"] == "ALLOWED_HOSTS"


def test_the_balancer_shows_them_to_nobody():
    balancer = (ROOT / "deploy" / "haproxy.cfg").read_text()
    assert "deny_status 404 if { path -i /metrics }" in balancer
