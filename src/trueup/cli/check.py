"""`trueup check`: is everything there that a run needs?"""

from pathlib import Path
from typing import TYPE_CHECKING

from trueup.cli.options import AsJson, ProjectFolder

if TYPE_CHECKING:
    from trueup.pipeline.inspect.findings import Finding


def check(project: ProjectFolder = Path(), as_json: AsJson = False) -> int:
    """Check settings, credentials, permissions, vault, lake and models; changes nothing.

    \b
    trueup check
    trueup check -C my-shop
    """
    from trueup.cli.output.errors import worst
    from trueup.cli.output.view import View, show
    from trueup.pipeline.inspect.check import check as check_all
    from trueup.pipeline.settings.clock import project_time

    findings = check_all(project, project_time(project))
    error = worst(finding.error for finding in findings if finding.error)
    lines = [line for finding in findings for line in _lines(finding)]
    data = {"checks": [_object(finding) for finding in findings]}
    code = show("check", View(lines, data), as_json=as_json, error=error if as_json else None)
    return error.exit_code if error else code


def _lines(finding: "Finding") -> list[str]:
    from trueup.cli.output.text import cleaned

    subject = f"{finding.subject:<20}"
    if finding.error is None:
        warned = [f"  ! {cleaned(finding.warning)}"] if finding.warning else []
        return [f"✓ {subject} {cleaned(finding.message)}", *warned]
    error = finding.error
    do = f"  do   {cleaned(error.hint)}" if error.hint else ""
    return [f"✗ {subject} {error.code}  {cleaned(error.message)}", *([do] if do else [])]


def _object(finding: "Finding") -> dict[str, object]:
    from trueup.cli.output.errors import error_object

    return {
        "subject": finding.subject,
        "ok": finding.error is None,
        "message": finding.message,
        "warning": finding.warning,
        "error": error_object(finding.error),
    }
