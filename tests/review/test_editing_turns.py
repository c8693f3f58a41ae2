"""Whoever has still to judge a session, or may settle it, edits no turn of it: the page would sway her."""

import pytest
from django.urls import reverse

from accounts.models import Role
from review.rounds import close_round
from tests.conftest import person
from tests.review.factories import round_of


@pytest.mark.parametrize("role", [Role.ANNOTATOR, Role.ADJUDICATOR])
def test_a_session_is_edited_by_nobody_who_is_blind_to_it(client, ben, lena, role):
    gita = person("Gita", Role.CLINICIAN, role)
    round = round_of(3, [ben, gita] if role == Role.ANNOTATOR else [ben, person("Amal", "annotator")], lena)
    address = reverse("edit_turn", args=[round.items.first().instance.public_id, 3])
    client.force_login(gita)
    refused = client.get(address)
    assert refused.status_code == 403 and "in an open round" in refused.content.decode()
    posted = client.post(address, {"text": "Tell me more.", "how": "meant", "reason": "Warmer."})
    assert posted.status_code == 403
    close_round(round=round, by=lena)
    assert client.get(address).status_code == 200
