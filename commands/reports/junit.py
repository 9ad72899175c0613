"""JUnit XML, the form that the test pages of Jenkins, GitLab, Azure DevOps and CircleCI read."""

import io
import re
from collections.abc import Sequence

from junitparser import Failure, JUnitXml, TestCase, TestSuite

from astra.finding import Finding
from commands.reports import Checked, count

# What XML 1.0 cannot hold, not even escaped.
_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def report(files: Sequence[Checked]) -> str:
    """A suite a file and a case a finding: errors fail, warnings pass and print theirs. A valid file has a case that passes."""
    root = JUnitXml("vectorize validate")
    for file in files:
        root.add_testsuite(_suite(file))
    # By hand: the library's own statistics write an attribute here that Jenkins' schema does not know.
    root.tests = sum(len(file.findings) or 1 for file in files)
    root.failures = count(files, "error")
    root.errors = 0
    written = io.BytesIO()
    root.write(written, pretty=True)
    return written.getvalue().decode("utf-8").rstrip("\n") + "\n"


def _suite(file: Checked) -> TestSuite:
    name = _allowed(file.name)
    suite = TestSuite(name)
    suite.add_testcases([_case(finding, name) for finding in file.findings] or [TestCase("valid", name)])
    return suite


def _case(finding: Finding, classname: str) -> TestCase:
    case = TestCase(_allowed(f"{finding.rule}: {finding.path}" if finding.path else finding.rule), classname)
    if finding.severity == "warning":
        case.system_out = _allowed(str(finding))
    else:
        failure = Failure(_allowed(finding.sentence), finding.rule)
        failure.text = _allowed(str(finding))
        case.result = failure
    return case


def _allowed(text: str) -> str:
    return _FORBIDDEN.sub(lambda found: f"\\u{ord(found[0]):04x}", text)
