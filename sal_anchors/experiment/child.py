"""A process that carries out one job: ``python -m sal_anchors.experiment.child``.

The job comes as a line of JSON on the standard input. News goes to the standard output, a line
of JSON each. When the standard input ends, the process that began this one is gone, and this
one ends too.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
from typing import Any, TextIO

from sal_anchors.errors import SalAnchorsError
from sal_anchors.experiment.job import Job
from sal_anchors.train.report import EpochReport


def main() -> int:
    """Carry out the job; 0 if it was done, 1 if it failed and why was told."""
    import torch

    from sal_anchors.experiment.work import carry_out

    torch.set_num_threads(1)
    news = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # what anything prints is no news
    job = Job.model_validate_json(sys.stdin.readline())
    threading.Thread(target=_end_with_parent, daemon=True).start()

    def tell(report: EpochReport) -> None:
        _tell(news, epoch=report.epoch, epochs=report.epochs)

    try:
        carry_out(job, tell)
    except SalAnchorsError as error:
        _tell(news, failed=str(error))
        return 1
    except OSError as error:
        _tell(news, failed=f"{error.filename or 'input/output'}: {error.strerror or error}")
        return 1
    return 0


def _end_with_parent() -> None:
    while os.read(sys.stdin.fileno(), 1_024):
        pass
    if os.getpgrp() == os.getpid():
        os.killpg(os.getpgrp(), signal.SIGTERM)
    os._exit(1)


def _tell(news: TextIO, **said: Any) -> None:
    news.write(json.dumps(said) + "\n")
    news.flush()


if __name__ == "__main__":
    sys.exit(main())
