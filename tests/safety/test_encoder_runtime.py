"""What reads people's words reports to nobody: not to its maker either."""

from pathlib import Path

import onnxruntime

REPORTS_TO = b"events.data.microsoft"
"""Source: found compiled into onnxruntime 1.32, which keeps a device id and an event store where it is imported."""


def test_the_encoders_run_time_knows_no_address_to_report_to():
    folder = Path(onnxruntime.__file__).parent / "capi"
    libraries = [path for path in folder.iterdir() if ".so" in path.suffixes]
    assert libraries
    assert not [path.name for path in libraries if REPORTS_TO in path.read_bytes()]
