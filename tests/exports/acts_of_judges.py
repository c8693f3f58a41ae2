"""What leads do with judge models, as the test of the trail does it."""

from review.judges import asking
from synthesis.models import Endpoint
from tests.review import factories as review_factories


def judge_asked(lena, ben, chloe):
    round = review_factories.round_of(2, [ben, chloe], lena)
    endpoint = Endpoint.objects.create(name="ours", base_url="https://models.example/v1")
    return asking.ask_judge(round=round, endpoint=endpoint, model="m-1", repeats=2, by=lena)


def judge_stopped(lena, ben, chloe):
    return asking.stop_judging(judging=judge_asked(lena, ben, chloe), by=lena)


def judge_gone_on(lena, ben, chloe):
    asking.go_on_judging(judging=judge_stopped(lena, ben, chloe), by=lena)


JUDGES_ACTS = {
    "review.judges.asking.ask_judge": judge_asked,
    "review.judges.asking.stop_judging": judge_stopped,
    "review.judges.asking.go_on_judging": judge_gone_on,
}
