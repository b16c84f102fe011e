"""`python -m config.probe /healthz`: ask the web process on this machine; exit code 0 when it says 200.

For container engines, whose images need no other HTTP client then.
"""

import http.client
import sys

from config.env import read_environment

ANSWER_SECONDS = 4
HEADERS = {"Host": "localhost", "X-Forwarded-Proto": "https"}
"""As a proxy in front would say it: a redirect to https is no answer."""


def main(path: str) -> int:
    """Ask once.

    Args:
        path: of a probe, such as /healthz.

    Returns:
        The exit code.
    """
    port = read_environment().whole("SERVICE_PORT", 8000, least=1)
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=ANSWER_SECONDS)
    try:
        connection.request("GET", path, headers=HEADERS)
        return int(connection.getresponse().status != http.HTTPStatus.OK)
    except OSError:
        return 1
    finally:
        connection.close()


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
