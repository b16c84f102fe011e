"""A Celery worker that does nothing but tell a receiver: how fast anything can be that goes through Redis and Celery.

REDIS_URL=… python -m celery -A bench.bare_worker worker -c 2 --without-gossip --without-mingle
"""

import os

import requests
from celery import Celery

app = Celery("bare", broker=os.environ.get("REDIS_URL"))
app.conf.update(
    broker_transport_options={"global_keyprefix": "bare-celery:"},
    task_acks_late=True,
    task_ignore_result=True,
    worker_prefetch_multiplier=1,
)


@app.task
def tell(url: str, number: int) -> None:
    """Tell a receiver."""
    requests.post(url, json={"number": number}, timeout=5)
