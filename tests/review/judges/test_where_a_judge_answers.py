"""Before a judge can be asked, a lead says where a model answers; the page leads there."""

import pytest

from synthesis.models import Endpoint

pytestmark = pytest.mark.django_db


def test_without_an_endpoint_the_page_says_what_is_missing_and_where_it_is_set(log_in, lena, round):
    client, address = log_in(lena), f"/rounds/{round.public_id}/judges/"
    page = client.get(address).content.decode()
    assert "nowhere is said where a model answers" in page and 'href="/settings/"' in page
    assert 'name="model"' not in page and "Ask it to read this round" not in page
    # Sent all the same, as by a page that was open before, it asks nobody.
    assert (
        client.post(address, {"endpoint": "x", "model": "m", "repeats": 1, "temperature": 0}).status_code
        == 400
    )
    Endpoint.objects.create(name="ours", base_url="http://models.example/v1")
    page = client.get(address).content.decode()
    assert 'name="model"' in page and "nowhere is said" not in page
