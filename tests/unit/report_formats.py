"""What the tests of both commands' reports share: golden files, and the schemas of those who read the formats."""

import hashlib
import json
from functools import cache
from importlib import metadata
from pathlib import Path

import xmlschema
from jsonschema import Draft4Validator

from astra import catalog

GOLDEN = Path(__file__).parents[1] / "golden"
# sarif-schema-2.1.0.json as OASIS publishes it (errata 01). A development dependency ships it.
OFFICIAL_SARIF = "c3b4bb2d6093897483348925aaa73af03b3e3f4bd4ca38cef26dcb4212a2682e"
JUNIT = xmlschema.XMLSchema(GOLDEN / "reports" / "junit-subset-of-our-own.xsd")


@cache
def sarif_schema() -> Draft4Validator:
    content = Path(str(metadata.distribution("linceo").locate_file("linceo/data/sarif-schema-2.1.0.json"))).read_bytes()
    assert hashlib.sha256(content).hexdigest() == OFFICIAL_SARIF
    return Draft4Validator(json.loads(content))


def golden(file: str, rules: str) -> str:
    """A golden file; what all of its kind repeat, the version and the rules of that schema, is filled in."""
    stored = (GOLDEN / file).read_text(encoding="utf-8")
    described = [
        {"id": rule, "shortDescription": {"text": said["title"]}, "fullDescription": {"text": said["description"]}}
        for rule, said in catalog.schema(rules)["$defs"].items()
    ]
    filled = json.dumps(described, ensure_ascii=False, indent=2).replace("\n", "\n" + " " * 10)
    return stored.replace('"VERSION"', f'"{metadata.version("astra-vectorize")}"').replace('"RULES"', filled)
