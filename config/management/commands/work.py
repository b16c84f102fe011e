"""`manage.py work`: the embedded worker; with `--standby`, the one that stands in for Celery's."""

import logging
import signal
import sys
import threading
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from config.standby import look_after
from config.sweeps import BROUGHT, SWEEPS
from config.working import work_until

logger = logging.getLogger(__name__)


class Command(BaseCommand):
    """Delivers alerts, numbers the record, finishes turns that a crash cut short: until told to stop."""

    help = "Run the sweeps in this process, without a broker."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Once, or only when needed."""
        how = parser.add_mutually_exclusive_group()
        how.add_argument("--once", action="store_true", help="run every sweep once, then end")
        how.add_argument(
            "--standby", action="store_true", help="work only while the broker brings no work"
        )

    def handle(self, **options: Any) -> None:  # noqa: ANN401 - Django's signature
        """Work."""
        if options["once"]:
            for sweep in SWEEPS:
                self.stdout.write(f"{sweep.task}: {sweep.run()}")
            return
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        sweeps = BROUGHT if options["standby"] else SWEEPS
        needed = look_after if options["standby"] else lambda _: True
        logger.info("worker started with %d sweeps", len(sweeps))
        if not work_until(stop, sweeps, needed):
            logger.error("worker ends: one of its loops died")
            sys.exit(1)
        logger.info("worker stopped")
