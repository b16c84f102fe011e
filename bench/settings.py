"""The service's settings, with the bare view beside the service's own URLs."""

from config.settings import *

ROOT_URLCONF = "bench.urls"
