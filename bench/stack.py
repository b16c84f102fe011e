"""Which stack is measured: the embedded one, or MongoDB and Redis where the surroundings name them (`make bench` does).

python -m bench.message                                    embedded
python -m chaos.servers -- python -m bench.message         on a MongoDB replica set, Redis and Celery
"""

import os
import secrets
from collections.abc import Mapping

from config.playground.installation import Installation

SERVERS = ("MONGODB_URI", "REDIS_URL")


def name() -> str:
    """What the figures are of."""
    return "MongoDB + Redis + Celery" if os.environ.get("MONGODB_URI") else "embedded"


def installation(variables: Mapping[str, str]) -> Installation:
    """An installation on the stack that is measured, with a database of its own there."""
    given = {server: os.environ[server] for server in SERVERS if os.environ.get(server)}
    if given:
        given["MONGODB_DATABASE"] = f"bench_{secrets.token_hex(4)}"
    return Installation({**given, **variables})
