"""The web process: uvicorn with the settings that this service needs, on SERVICE_HOST and SERVICE_PORT.

uvicorn's own logging would write exceptions with their text, and a text may hold somebody's words; so it is given none
and its records go through `config.logs`. Source: ADR 0003 for why it is uvicorn.
"""

import gc

import uvicorn

from config.env import read_environment

STOP_WITHIN_SECONDS = 3
"""Open event streams never end on their own. Below honcho's five seconds, so that stopping stays orderly."""


RUBBISH_OBJECTS = 50_000
"""Objects made since the last look for cycles. Python's 700 spends a tenth of each message on looking at the same
modules, rules and models; nearly everything a request makes is freed by counting references."""


def main() -> None:
    """Serve until told to stop."""
    env = read_environment()
    gc.set_threshold(RUBBISH_OBJECTS, 20, 50)
    uvicorn.run(
        "config.asgi:application",
        host=env.text("SERVICE_HOST", "127.0.0.1"),
        port=env.whole("SERVICE_PORT", 8000, least=1),
        lifespan="off",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        timeout_graceful_shutdown=STOP_WITHIN_SECONDS,
    )


if __name__ == "__main__":
    main()
