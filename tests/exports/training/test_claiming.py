import httpx
import pytest

from exports.training.claiming import App, Job, LeaseLost, Refused, Unreachable, UnsafeAddress, safe_origin

RUN = "0b6b7f0e-8f5a-5c55-9d5c-3f8a2f9a1c01"


def app_that_answers(answer):
    return App(url="https://mirror.example.org", token="secret", transport=httpx.MockTransport(answer))


@pytest.mark.parametrize(
    "address", ["http://mirror.example.org", "http://10.0.0.7:8000", "http://127.0.0.1.example.org"]
)
def test_plain_http_is_refused_beyond_loopback(address):
    with pytest.raises(UnsafeAddress, match="loopback only"):
        safe_origin(address)


@pytest.mark.parametrize(
    "address", ["http://127.0.0.1:8000", "http://localhost:8000/", "http://[::1]:80", "https://a.org"]
)
def test_https_and_loopback_are_spoken_to(address):
    assert safe_origin(address) == address.rstrip("/")


@pytest.mark.parametrize(
    "address", ["", "ftp://a.org", "mirror.example.org", "https://me:word@a.org", "https://a.org/?a=1"]
)
def test_an_address_that_is_none_is_refused(address):
    with pytest.raises(UnsafeAddress):
        safe_origin(address)


def test_a_redirect_is_never_followed_with_the_token():
    asked = []

    def answer(request):
        asked.append(request.url.host)
        return httpx.Response(307, headers={"Location": "http://elsewhere.example.org/"})

    with pytest.raises(Refused):
        app_that_answers(answer).claim(run=None, worker="w")
    assert asked == ["mirror.example.org"]


def test_a_refusal_says_what_the_app_said():
    app = app_that_answers(lambda request: httpx.Response(400, json={"detail": "More than 9 bytes arrived."}))
    with pytest.raises(Refused, match="HTTP 400: More than 9 bytes arrived"):
        app.claim(run=None, worker="w")
    app = app_that_answers(lambda request: httpx.Response(400, text="<html>"))
    with pytest.raises(Refused, match="HTTP 400$"):
        app.claim(run=None, worker="w")


def test_a_file_elsewhere_is_not_fetched():
    app = app_that_answers(lambda request: httpx.Response(200))
    for url in ("https://elsewhere.example.org/a", "//elsewhere.example.org/a", "a"):
        with pytest.raises(UnsafeAddress):
            list(app.stream(url))


@pytest.mark.parametrize("status", [204, 409])
def test_nothing_to_do_and_somebody_elses_are_both_no_job(status):
    assert app_that_answers(lambda request: httpx.Response(status)).claim(run=RUN, worker="w") is None


@pytest.mark.parametrize(
    ("status", "what"), [(500, Unreachable), (429, Unreachable), (401, Refused), (404, Refused)]
)
def test_trouble_is_named_for_what_it_is(status, what):
    with pytest.raises(what, match=str(status)):
        app_that_answers(lambda request: httpx.Response(status)).claim(run=None, worker="w")


@pytest.mark.parametrize("body", [b"<html>Please log in</html>", b"[]", b'{"run": 1}', b"\xff"])
def test_a_page_from_somebody_between_is_no_answer_of_the_app(body):
    app = app_that_answers(lambda request: httpx.Response(200, content=body))
    with pytest.raises(Unreachable, match="not the app's"):
        app.claim(run=None, worker="w")
    job = Job(run=RUN, claim="c", lease_seconds=60, config={}, dataset={"sha256": ""})
    with pytest.raises(Unreachable, match="not the app's"):
        app.heartbeat(job, step=0, total=1, metrics=[])


def test_every_request_carries_the_token(stub, app):
    stub.queue(RUN, steps=1)
    job = app.claim(run=RUN, worker="w")
    assert app.heartbeat(job, step=0, total=1, metrics=[]) == {"cancel": False, "lease_seconds": 60.0}
    with pytest.raises(Refused, match="401"):
        App(url=stub.url, token="wrong").heartbeat(job, step=0, total=1, metrics=[])


def test_a_lost_answer_to_a_claim_gives_the_same_job_again(stub, app):
    stub.queue(RUN, steps=1)
    stub.lose.add("claim")
    with pytest.raises(Unreachable):
        app.claim(run=None, worker="w")
    assert app.claim(run=None, worker="w").run == RUN
    assert stub.claims_granted == 1
    assert app.claim(run=None, worker="another") is None


def test_a_heartbeat_without_the_lease_says_so(stub, app):
    stub.queue(RUN, steps=1)
    job = app.claim(run=RUN, worker="w")
    stub.runs[RUN]["claim"] = "somebody else's"
    with pytest.raises(LeaseLost):
        app.heartbeat(job, step=0, total=1, metrics=[])
