"""What people do with known answers, as the test of the trail does it."""

from accounts.models import Role
from review.gold import agreeing, certifying, withdrawing
from tests.conftest import person
from tests.review import factories as review_factories
from tests.review.gold import factories as gold_factories


def gold_proposed(lena, **_):
    versions = review_factories.published_pairs(), review_factories.published_rubric()
    return gold_factories.proposed(lena, *versions)


def gold_endorsed(lena, ben, chloe):
    gold = gold_proposed(person("Ana", Role.CLINICIAN))
    agreeing.endorse_gold(gold=gold, by=lena, digest=gold.digest)
    return gold


def gold_looked_at(lena, **_):
    agreeing.look_at_gold(gold=gold_proposed(person("Ana", Role.CLINICIAN)), by=lena)


def gold_retired(lena, **_):
    agreeing.retire_gold(gold=gold_proposed(lena), by=lena, reason="BECAUSE OF HER TONE")


def trained(lena, ben, chloe):
    gold, amir = gold_endorsed(lena, ben, chloe), person("Amir", Role.CLINICIAN)
    agreeing.endorse_gold(gold=gold, by=amir, digest=gold.digest)
    return gold_factories.training_of([ben], lena, gold.pairs_version, gold.rubric_version)


def certified(lena, ben, chloe):
    round = trained(lena, ben, chloe)
    [item] = gold_factories.hers(round, ben)
    review_factories.judge(item, ben, review_factories.says())
    return certifying.certify(seat=round.seats.get(), by=lena, reason="BECAUSE OF HER TONE")


def certification_withdrawn(lena, ben, chloe):
    made = certified(lena, ben, chloe)
    withdrawing.withdraw_certification(certification=made, by=lena, reason="BECAUSE OF HER TONE")


GOLD_ACTS = {
    "review.gold.agreeing.propose_gold": gold_proposed,
    "review.gold.agreeing.endorse_gold": gold_endorsed,
    "review.gold.agreeing.look_at_gold": gold_looked_at,
    "review.gold.agreeing.retire_gold": gold_retired,
    "review.gold.training.make_training_round": trained,
    "review.gold.certifying.certify": certified,
    "review.gold.withdrawing.withdraw_certification": certification_withdrawn,
}
