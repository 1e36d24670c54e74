"""JUnit XML: a test suite for each eval suite, prompt version and model, a test case for each dialogue."""

from __future__ import annotations

import re
from collections.abc import Iterable
from xml.etree import ElementTree as ET

from botops.evals.reports.lines import lines_of
from botops.evals.reports.texts import ReportLanguage
from botops.evals.result import CaseResult, RunResult

_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def junit(result: RunResult, language: ReportLanguage = "en") -> str:
    """The XML document. Failures are `failure`, what could not be judged is `error`."""
    root = ET.Element("testsuites", {"name": "botops eval", **_counts(result.cases, result.seconds)})
    for suite in result.suites:
        for subject in suite.subjects:
            cases, prompt = result.of(suite, subject), suite.prompt_of(subject)
            counts = _counts(cases, sum(case.seconds for case in cases))
            named = {"name": f"{suite.name} {subject.label}", "file": suite.file}
            part = ET.SubElement(root, "testsuite", {key: clean(value) for key, value in {**named, **counts}.items()})
            properties = ET.SubElement(part, "properties")
            about = {
                "model": subject.model,
                "prompt.sha256": prompt.checksum,
                "price_book": suite.book,
                "price_book.sha256": suite.book_checksum,
                "suite.sha256": suite.checksum,
                "prices": result.prices,
            }
            for key, value in about.items():
                ET.SubElement(properties, "property", name=key, value=clean(value))
            for case in cases:
                _case(part, case, language)
    ET.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def clean(text: str) -> str:
    """Text without the characters XML 1.0 cannot hold."""
    return _FORBIDDEN.sub("\N{REPLACEMENT CHARACTER}", text)


def _counts(cases: Iterable[CaseResult], seconds: float) -> dict[str, str]:
    statuses = [case.status for case in cases]
    return {
        "tests": str(len(statuses)),
        "failures": str(statuses.count("fail")),
        "errors": str(statuses.count("error")),
        "time": f"{seconds:.3f}",
    }


def _case(part: ET.Element, case: CaseResult, language: ReportLanguage) -> None:
    name = case.case + (f"#{case.repeat}" if case.repeat > 1 else "")
    element = ET.SubElement(
        part, "testcase", classname=clean(f"{case.suite}.{case.subject}"), name=name, time=f"{case.seconds:.3f}"
    )
    if case.status == "pass":
        return
    lines = [clean(line) for line in lines_of(case, language)]
    kind = case.failures[0].rule if case.failures else case.fault or ""
    found = ET.SubElement(element, "failure" if case.status == "fail" else "error", message=lines[0], type=kind)
    found.text = "\n".join(lines)
    talk = [f"> {turn.client}\n< {turn.reply}" for turn in case.turns]
    ET.SubElement(element, "system-out").text = clean("\n".join(talk))
