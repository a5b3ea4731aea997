"""Lints the models as dbt renders them: `python tests/lint_sql.py`."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]


def main() -> int:
    """The exit code of sqlfluff over all models."""
    with tempfile.TemporaryDirectory() as folder:
        environment = {
            **os.environ,
            "TRUEUP_WAREHOUSE": f"{folder}/lint.duckdb",
            "DBT_SEND_ANONYMOUS_USAGE_STATS": "0",
            "DBT_TARGET_PATH": f"{folder}/target",
            "DBT_LOG_PATH": f"{folder}/logs",
        }
        command = [sys.executable, "-m", "sqlfluff", "lint", "--processes", "2", "dbt/models"]
        return subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
