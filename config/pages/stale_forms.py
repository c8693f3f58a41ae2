"""What a lead says of a round in which stale sessions are judged again: which sessions, and by what, the list says."""

from review.forms import NewRound


class Reread(NewRound):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        # No share without the draft: it is the judgement of the draft that is asked for again.
        for name in ("runs", "pairs_version", "unaided_share"):
            del self.fields[name]
        rubrics = self.fields["rubric_version"]
        usual = rubrics.queryset.filter(guideline__slug="feedback-quality")
        rubrics.initial = usual.order_by("-number").first()
