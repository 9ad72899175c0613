"""JUnit XML, the form that the test pages of Jenkins, GitLab, Azure DevOps and CircleCI read."""

import io
import re
from collections.abc import Sequence

from junitparser import Error, Failure, JUnitXml, TestCase, TestSuite

from astra.finding import Finding
from commands.reports import VALIDATE, Checked, Subject

# What XML 1.0 cannot hold, not even escaped.
_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def report(files: Sequence[Checked], subject: Subject = VALIDATE) -> str:
    """A suite a file and a case a finding; one in which nothing was found has a case that passes.

    What has a failing severity fails, what is no verdict is an error, anything else passes and prints itself.
    """
    root = JUnitXml(subject.command)
    for file in files:
        root.add_testsuite(_suite(file, subject))
    # By hand: the library's own statistics write an attribute here that Jenkins' schema does not know.
    root.tests = sum(suite.tests for suite in root)
    root.failures = sum(suite.failures for suite in root)
    root.errors = sum(suite.errors for suite in root)
    written = io.BytesIO()
    root.write(written, pretty=True)
    return written.getvalue().decode("utf-8").rstrip("\n") + "\n"


def _suite(file: Checked, subject: Subject) -> TestSuite:
    name = _allowed(file.name)
    suite = TestSuite(name)
    suite.add_testcases([_case(finding, name, subject) for finding in file.findings] or [TestCase(subject.clean, name)])
    return suite


def _case(finding: Finding, classname: str, subject: Subject) -> TestCase:
    case = TestCase(_allowed(f"{finding.rule}: {finding.path}" if finding.path else finding.rule), classname)
    if finding.rule == subject.undecided:
        case.result = _result(Error, finding)
    elif finding.severity in subject.failing:
        case.result = _result(Failure, finding)
    else:
        case.system_out = _allowed(str(finding))
    return case


def _result(kind: type[Error | Failure], finding: Finding) -> Error | Failure:
    result = kind(_allowed(finding.sentence), finding.rule)
    result.text = _allowed(str(finding))
    return result


def _allowed(text: str) -> str:
    return _FORBIDDEN.sub(lambda found: f"\\u{ord(found[0]):04x}", text)
