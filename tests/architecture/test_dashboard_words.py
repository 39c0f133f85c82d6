"""The dashboard says what rules measure and which boxes count in words of its own: none is left over.

It knows neither from the API, so that a name changed here would be shown there unexplained.
"""

import re

import house
import pytest

from sentinel_core.domain.incidents import IncidentType
from sentinel_vision.rules.box_filter import BoxFilterParameters
from sentinel_vision.rules.view_faults import CameraFault

RULES = house.ROOT / "packages/sentinel-vision/src/sentinel_vision/rules"
FEATURES = house.ROOT / "services/web-dashboard/src/features"
SENTENCE = re.compile(r"""^  ['"](\w+)/(.+?)['"]: """, re.MULTILINE)
FAULT_LASTS = {f"{fault} for" for fault in CameraFault}


def said() -> list[tuple[str, str]]:
    words = (FEATURES / "incidents/rule-sentences.ts").read_text(encoding="utf-8")
    return SENTENCE.findall(words)


@pytest.fixture(scope="module")
def rules() -> str:
    return "".join(path.read_text(encoding="utf-8") for path in sorted(RULES.glob("*.py")))


def test_every_condition_with_a_sentence_is_measured_by_a_rule(rules: str) -> None:
    measured = [pair for pair in said() if f'"{pair[1]}"' in rules or pair[1] in FAULT_LASTS]
    assert said() == measured
    assert {rule for rule, _ in said()} == set(IncidentType)


def test_the_form_of_boxes_has_every_parameter() -> None:
    form = (FEATURES / "cameras/zones/box-parameters.ts").read_text(encoding="utf-8")
    named = {name for name in BoxFilterParameters.model_fields if f"'{name}'" in form}
    assert named == set(BoxFilterParameters.model_fields)
