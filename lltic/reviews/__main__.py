"""Run the review service of one study: ``python -m lltic.reviews --study S --socket PATH``."""

from __future__ import annotations

import argparse
import logging
import os
import sys
from pathlib import Path

import uvicorn

from lltic.errors import LlticError
from lltic.reviews.admin import writing
from lltic.reviews.service import build
from lltic.study import Study


def main() -> int:
    """Hold the record's lock and serve until told to stop."""
    parser = argparse.ArgumentParser(prog="lltic.reviews", description=__doc__)
    parser.add_argument("--study", type=Path, required=True)
    parser.add_argument("--socket", type=Path, required=True)
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(message)s")
    try:
        study = Study.open(arguments.study)
        with writing(study) as store:
            os.umask(0o077)
            arguments.socket.unlink(missing_ok=True)
            app = build(study, store)
            uvicorn.run(app, uds=str(arguments.socket), log_level="warning", access_log=False)
    except LlticError as error:
        print(error, file=sys.stderr)
        return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main())
