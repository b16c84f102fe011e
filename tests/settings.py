"""The service's settings with throw-away secrets: the only place where secrets have defaults.

Embedded, unless MONGODB_URI (and REDIS_URL) name servers for tests, as `chaos/servers.py` starts them: a database of
their own there, and Redis' last ones, are emptied by the tests.
"""

import os
import tempfile

TEST_ENVIRONMENT = {
    "VIGIL_ENV_FILE": os.devnull,
    "DATA_DIR": tempfile.mkdtemp(prefix="vigil-tests-"),
    "SECRET_KEY": "only-for-tests-" * 4,
    "JWT_SECRET": "only-for-tests-jwt-" * 3,
    "ENCRYPTION_KEY": "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=",
    "WEBHOOK_SIGNING_SECRET": "whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=",
    "OUTBOUND_ALLOWED_HOSTS": "127.0.0.1",
    "BEHIND_TLS": "false",
}
for name in (
    "SAFETY_ALERT_WEBHOOK",
    "HUMAN_MODERATOR_ENDPOINT",
    "SENTRY_DSN",
):
    os.environ.pop(name, None)
os.environ.update(TEST_ENVIRONMENT)

from config.settings import *  # noqa: E402, F403
from config.settings import CACHES, DATA_DIR, DATABASES, REDIS_URL, STATIC_ROOT, TEMPLATES  # noqa: E402

# SQLite's is a file, because threads on its memory database lock whole tables; not flushed to disk, because tests need
# not survive a power cut. MongoDB keeps its options: a majority without a journal waits for the next flush, 100 ms.
_database = DATABASES["default"]
if _database["ENGINE"] == "django_mongodb_backend":
    _database["TEST"] = {"NAME": "test_vigil"}
    _database["OPTIONS"]["appname"] = (
        f"vigil-tests-{os.getpid()}"  # whose commands are made to fail
    )
else:
    _database["TEST"] = {"NAME": DATA_DIR / "tests.sqlite3"}
    _database["OPTIONS"]["init_command"] = _database["OPTIONS"]["init_command"].replace(
        "synchronous=FULL", "synchronous=OFF"
    )
if REDIS_URL:  # each worker of pytest-xdist empties a database of its own: 15, 14, ...
    _number = 15 - int(os.environ.get("PYTEST_XDIST_WORKER", "gw0")[2:])
    CACHES["default"]["LOCATION"] = f"{REDIS_URL.rpartition('/')[0]}/{_number}"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
TEMPLATES[0]["OPTIONS"]["string_if_invalid"] = "UNDEFINED-VARIABLE-%s"
STATIC_ROOT.mkdir()  # WhiteNoise warns about a folder that is not there
