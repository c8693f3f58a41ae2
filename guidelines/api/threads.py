"""What colleagues say about an entry or a proposal."""

from django.shortcuts import get_object_or_404
from rest_framework.response import Response

from accounts import asking
from guidelines import access, present
from guidelines.addressed import thread_of
from guidelines.api import representing
from guidelines.api.describing import describes, query
from guidelines.api.door import Door
from guidelines.api.shapes import threads as shapes
from guidelines.discussion import mentioning, showing, talking
from guidelines.kinds import key_of, shape_of
from guidelines.models import Thread as ThreadRow
from guidelines.models import ThreadState

BEFORE = query("before", "Only those with a smaller number; `more` holds it.", type=int)


def chosen(ids) -> list:
    """The people whom a remark names by id, of those who may read it."""
    return list(mentioning.people().filter(public_id__in=ids))


def said(place) -> dict:
    """One place in a stream: the words that stand there now."""
    return {
        "n": place.now.n,
        "kind": place.first.kind,
        "by": representing.person(place.first.by),
        "at": representing.moment(place.first.at),
        "taken_back": place.taken_back,
        "words": place.now.words,
        "reworded_at": representing.moment(place.now.at) if place.earlier else None,
        "mentions": [representing.person(mention.person) for mention in place.now.mentions.all()],
    }


def in_full(thread: ThreadRow, user) -> dict:
    return {
        "n": thread.n,
        "entry": key_of(thread.begun_on) if thread.begun_on else "",
        "revision": thread.begun_on.n if thread.begun_on else None,
        "proposal": thread.proposal.n if thread.proposal else None,
        "state": thread.state,
        "begun_by": representing.person(thread.begun_by),
        "at": representing.moment(thread.at),
        "remarks": [said(place) for place in showing.stream(thread, user)],
    }


class Threads(Door):
    """On one pair or dimension."""

    may = {"GET": access.may_discuss, "POST": access.may_discuss}

    def identity(self, key):
        return get_object_or_404(shape_of(self.guideline).identity, guideline=self.guideline, key=key)

    @describes(
        "threads", "The threads on an entry, newest first", gives=shapes.Threads,
        parameters=[query("state", "open, or resolved.", enum=ThreadState.values), BEFORE],
    )  # fmt: skip
    def get(self, request, slug, key):
        self.identity(key)
        state = ThreadState.RESOLVED if request.GET.get("state") == ThreadState.RESOLVED else ThreadState.OPEN
        threads = ThreadRow.objects.on(self.guideline, key).filter(state=state)
        rows, more = showing.page_of(threads, asking.number(request, "before"))
        return Response(
            {
                "threads": [
                    {
                        "n": row.n,
                        "state": row.state,
                        "begun_by": representing.person(row.begun_by),
                        "at": representing.moment(row.at),
                        "opening": row.opening,
                        "remarks": row.said,
                        "last_at": representing.moment(row.last_at),
                    }
                    for row in rows
                ],
                "more": more,
            }
        )

    @describes(
        "thread_begin", "Begin a thread on an entry", status=201, gives=shapes.Thread, asks=shapes.Begin,
        refuses=(409,),
    )  # fmt: skip
    def post(self, request, slug, key):
        """On the text with the number `on`: the one that you read; without it, the present one."""
        identity, sent = self.identity(key), self.read(shapes.Begin)
        on = present.text_of(self.guideline, key) or identity.revisions.order_by("-n").first()
        if n := sent.get("on"):
            on = get_object_or_404(identity.revisions, n=n)
        setattr(on, shape_of(self.guideline).identity_field, identity)
        thread = talking.begin(on=on, by=request.user, words=sent["words"], mentions=chosen(sent["mentions"]))
        return Response(in_full(thread, request.user), status=201)


class OneThread(Door):
    may = {"GET": access.may_discuss, "POST": access.may_discuss}

    def thread(self, n) -> ThreadRow:
        return thread_of(self.guideline, n, self.request.user)

    def told(self, n, status: int = 200) -> Response:
        return Response(in_full(self.thread(n), self.request.user), status=status)

    def settled(self, n, verb) -> Response:
        verb(thread=self.thread(n), by=self.request.user, words=self.read(shapes.Settle)["words"])
        return self.told(n)


class Thread(OneThread):
    @describes("thread", "One thread with its remarks", gives=shapes.Thread)
    def get(self, request, slug, n):
        """What names you in it no longer waits for you, as when you open its page."""
        mentioning.seen(by=request.user, threads=[self.thread(n)])
        return self.told(n)

    @describes(
        "thread_reply", "Say something in a thread", status=201, gives=shapes.Thread, asks=shapes.Say,
        refuses=(409,),
    )  # fmt: skip
    def post(self, request, slug, n):
        sent = self.read(shapes.Say)
        given = {"words": sent["words"], "mentions": chosen(sent["mentions"])}
        talking.reply(thread=self.thread(n), by=request.user, **given)
        return self.told(n, status=201)


class Resolve(OneThread):
    may = {"POST": access.may_discuss}

    @describes(
        "thread_resolve",
        "Say that a thread is settled",
        gives=shapes.Thread,
        asks=shapes.Settle,
        refuses=(409,),
    )
    def post(self, request, slug, n):
        return self.settled(n, talking.resolve)


class Reopen(OneThread):
    may = {"POST": access.may_discuss}

    @describes(
        "thread_reopen",
        "Go on with a settled thread",
        gives=shapes.Thread,
        asks=shapes.Settle,
        refuses=(409,),
    )
    def post(self, request, slug, n):
        return self.settled(n, talking.reopen)


class Reword(OneThread):
    may = {"POST": access.may_discuss}

    @describes(
        "remark_reword", "Say it in other words", gives=shapes.Thread, asks=shapes.Say, refuses=(409,)
    )  # fmt: skip
    def post(self, request, slug, n, remark):
        """Your own remark only; the earlier words stay and can be read on the page."""
        said, sent = get_object_or_404(self.thread(n).remarks, n=remark), self.read(shapes.Say)
        talking.reword(remark=said, by=request.user, words=sent["words"], mentions=chosen(sent["mentions"]))
        return self.told(n)


class TakeBack(OneThread):
    may = {"POST": access.may_discuss}

    @describes("remark_take_back", "Take your words back", gives=shapes.Thread, refuses=(409,))
    def post(self, request, slug, n, remark):
        """They are shown no longer; that you took them back is."""
        talking.take_back(remark=get_object_or_404(self.thread(n).remarks, n=remark), by=request.user)
        return self.told(n)
