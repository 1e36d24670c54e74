"""What a refusal says on a page: in the reader's language, whatever the service answered."""

import pytest

from botops.console import refusals
from botops.domain.errors import ConflictError, ForbiddenError, ModelError, NotFoundError, OutsideError, UserError
from botops.domain.refusals import Refusal

VALUES = {"who": "Айгуль", "n": "4", "budget": "день", "least": "12", "most": "200"}


@pytest.mark.parametrize("refusal", Refusal)
def test_every_refusal_has_a_sentence_of_its_own(refusal):
    said = refusals.said(UserError("in English").told_as(refusal, **VALUES))
    assert said
    assert "{" not in said
    others = {refusals.said(UserError("").told_as(other, **VALUES)) for other in Refusal if other is not refusal}
    assert said not in others


@pytest.mark.parametrize("error", [ForbiddenError, ConflictError, NotFoundError, OutsideError])
def test_what_has_no_sentence_is_told_by_its_kind(error):
    assert refusals.said(error("in English"))
    unfit = error("by a service of another version").told_as(Refusal.OWN_TEXT)
    assert refusals.said(unfit) == refusals.said(error("in English"))


def test_a_model_that_does_not_answer_is_told_apart():
    assert refusals.said(ModelError("timeout", "…")) != refusals.said(OutsideError("…"))
    assert refusals.said(UserError("only the details can tell")) == ""
