"""`manage.py work`: the embedded worker."""

import logging
import signal
import sys
import threading
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from config.sweeps import SWEEPS
from config.working import work_until

logger = logging.getLogger(__name__)


class Command(BaseCommand):
    """Delivers alerts, numbers the record, finishes turns that a crash cut short: until told to stop."""

    help = "Run the sweeps in this process, without a broker."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The one option."""
        parser.add_argument("--once", action="store_true", help="run every sweep once, then end")

    def handle(self, **options: Any) -> None:  # noqa: ANN401 - Django's signature
        """Work."""
        if options["once"]:
            for sweep in SWEEPS:
                self.stdout.write(f"{sweep.task}: {sweep.run()}")
            return
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        logger.info("worker started with %d sweeps", len(SWEEPS))
        if not work_until(stop, SWEEPS):
            logger.error("worker ends: one of its loops died")
            sys.exit(1)
        logger.info("worker stopped")
