"""The service's settings with throw-away secrets: the only place where secrets have defaults."""

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
}
for name in (
    "MONGODB_URI",
    "REDIS_URL",
    "SAFETY_ALERT_WEBHOOK",
    "HUMAN_MODERATOR_ENDPOINT",
    "SENTRY_DSN",
):
    os.environ.pop(name, None)
os.environ.update(TEST_ENVIRONMENT)

from config.settings import *  # noqa: E402, F403
from config.settings import DATA_DIR, DATABASES, STATIC_ROOT, TEMPLATES  # noqa: E402

# A file, because threads on SQLite's memory database lock whole tables; not flushed to disk, because tests need not
# survive a power cut.
DATABASES["default"]["TEST"] = {"NAME": DATA_DIR / "tests.sqlite3"}
DATABASES["default"]["OPTIONS"]["init_command"] = DATABASES["default"]["OPTIONS"][
    "init_command"
].replace("synchronous=FULL", "synchronous=OFF")
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
TEMPLATES[0]["OPTIONS"]["string_if_invalid"] = "UNDEFINED-VARIABLE-%s"
STATIC_ROOT.mkdir()  # WhiteNoise warns about a folder that is not there
