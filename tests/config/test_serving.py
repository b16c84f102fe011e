"""The web process: what uvicorn is told."""

import uvicorn

from config import serving


def test_uvicorn_gets_the_port_and_no_logging_of_its_own(monkeypatch):
    told: dict[str, object] = {}
    monkeypatch.setattr(uvicorn, "run", lambda app, **options: told.update(options, app=app))
    monkeypatch.setenv("SERVICE_PORT", "9124")
    monkeypatch.delenv("SERVICE_HOST", raising=False)
    serving.main()
    assert (told["app"], told["host"], told["port"]) == (
        "config.asgi:application",
        "127.0.0.1",
        9124,
    )
    assert told["log_config"] is None
    assert told["access_log"] is False
    assert told["proxy_headers"] is False
    assert told["server_header"] is False
