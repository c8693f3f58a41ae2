import pytest

from exports import nodes
from exports.building import freeze
from tests.exports import factories


@pytest.fixture
def artefacts(settings, tmp_path):
    """A folder of its own for what is released and trained."""
    settings.ARTEFACTS = tmp_path / "artefacts"
    return settings.ARTEFACTS


@pytest.fixture
def mixed_round(artefacts, db):
    """A closed round of six settled items of six clients: two accepted, two edited (one by typo only), two
    rejected; and one each that may not leave: disputed, open, unaided."""
    round = factories.a_round()
    clients = [factories.profile(f"client-{n}") for n in range(9)]
    edit = "Before any advice, ask what keeps the client awake, and reflect the worry that you hear."
    other = "Stay with the tiredness first; one open question would have told more than the three tips did."
    factories.item(round, client=clients[0])
    factories.item(round, client=clients[1])
    factories.item(round, ("edit", "edit"), edits=(edit, other), approved=[0], client=clients[2])
    typo = factories.draft_of(4004).replace("calm voice", "calm  Voice!")
    factories.item(round, ("edit", "edit"), edits=(typo, typo), approved=[0], draft=factories.draft_of(4004),
                   client=clients[3])  # fmt: skip
    factories.item(round, ("reject", "reject"), client=clients[4])
    factories.item(round, ("accept", "reject"), outcome="reject", client=clients[5])
    factories.item(round, ("accept", "reject"), state="disputed", client=clients[6], draft="DISPUTED DRAFT")
    factories.item(round, ("accept",), state="open", client=clients[7], draft="OPEN DRAFT")
    factories.item(round, ("", ""), arm="unaided", client=clients[8])
    return factories.close(round)


@pytest.fixture
def dataset(mixed_round, lena):
    return freeze(name="First release", rounds=[mixed_round], by=lena)


@pytest.fixture
def node(lena):
    """(the node, its token)"""
    return nodes.make_node(name="gpu-1", by=lena)
