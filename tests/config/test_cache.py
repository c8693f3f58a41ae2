"""One cache for all processes, which may be gone, or hold what is not ours, at any time."""

import contextlib
import pickle
import socket

import pytest
import redis
from django.test.utils import override_settings
from django.urls import reverse

from config.cache import Cache, _signature, release
from config.demo.ports import free_port
from config.settings.reading import another_database
from review.items_of_rounds import items_of
from tests.review.factories import round_of


@pytest.fixture
def cache(valkey_url):
    url = another_database(valkey_url, 1)
    redis.Redis.from_url(url).flushdb()
    return Cache(url, {})


@pytest.fixture
def nowhere() -> str:
    return f"redis://127.0.0.1:{free_port()}/1"


@pytest.fixture
def raw(cache, valkey_url):
    return redis.Redis.from_url(another_database(valkey_url, 1))


def test_what_one_process_kept_another_reads(cache, valkey_url):
    kept = {(1, "a"): [1.5, None], "sums": {3: {"n": 4}}}
    cache.set("sums", kept, 60)
    assert Cache(another_database(valkey_url, 1), {}).get("sums") == kept
    assert cache.get("another") is None and cache.get("another", 7) == 7


def test_what_somebody_else_wrote_is_not_even_unpickled(cache, raw, caplog):
    class Bomb:
        def __reduce__(self):
            return (pytest.fail, ("it was run",))

    cache.set("sums", 1, 60)
    (key,) = raw.keys()
    for stored in (pickle.dumps(Bomb()), b"", b"x" * 32 + pickle.dumps(Bomb()), b"17"):
        raw.set(key, stored)
        assert cache.get("sums", "computed") == "computed"
    assert "is not ours" in caplog.text


def test_what_is_put_under_another_name_or_cannot_be_read_here_is_computed(cache, raw):
    cache.set("sums", 1, 60)
    cache.set("others", 2, 60)
    sums, others = (raw.keys(name)[0] for name in ("*sums", "*others"))
    raw.set(sums, raw.get(others))
    assert cache.get("sums", "computed") == "computed" and cache.get("others") == 2
    body = b"cconfig.nowhere\nThing\n."  # a pickle of what is not installed
    raw.set(sums, _signature(body) + body)
    assert cache.get("sums", "computed") == "computed"


def test_what_was_kept_with_another_secret_key_is_not_read(cache):
    cache.set("sums", 1, 60)
    with override_settings(SECRET_KEY="another"):
        assert cache.get("sums", "computed") == "computed"
    assert cache.get("sums") == 1


def test_what_another_release_kept_is_not_read(cache, raw, monkeypatch):
    cache.set("sums", 1, 60)
    (key,) = raw.keys()
    assert release() in key.decode()
    monkeypatch.setattr("config.cache.release", lambda: "another")
    assert Cache(cache._servers[0], {}).get("sums") is None


def test_without_redis_everything_is_computed_and_nothing_fails(nowhere, caplog):
    gone = Cache(nowhere, {})
    gone.set("sums", 1, 60)
    assert gone.get("sums", "computed") == "computed"
    assert caplog.text.count("the cache does not answer") == 1  # and is left alone for a while


def test_one_that_takes_requests_and_says_nothing_is_waited_for_once(caplog):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        hangs = Cache(f"redis://127.0.0.1:{silent.getsockname()[1]}/1", {})
        for _n in range(20):
            hangs.set("sums", 1, 60)
            assert hangs.get("sums", "computed") == "computed"
        silent.settimeout(0.1)
        asked = 0
        with contextlib.suppress(TimeoutError):
            while silent.accept():
                asked += 1
    assert asked <= 2 and caplog.text.count("the cache does not answer") == 1


def test_pages_of_a_round_stand_without_redis_and_read_nothing_twice_with_it(
    cache, raw, ben, chloe, lena, client, settings, nowhere, django_assert_num_queries
):
    round = round_of(2, [ben, chloe], lena)
    client.force_login(lena)
    for url in (nowhere, cache._servers[0]):
        settings.CACHES = {"default": {"BACKEND": "config.cache.Cache", "LOCATION": url}}
        assert client.get(reverse("rounds")).status_code == 200
        assert client.get(reverse("round", args=[round.public_id])).status_code == 200
    assert raw.keys()
    sessions = round.items.count()
    with django_assert_num_queries(1):  # the installation's name alone
        assert items_of([round])[round.pk].counted == sessions


def test_the_cache_is_database_1_of_the_same_redis():
    assert another_database("redis://:word@host:6379/0", 1) == "redis://:word@host:6379/1"
    assert another_database("rediss://host?ssl_cert_reqs=none", 1) == "rediss://host/1?ssl_cert_reqs=none"
    assert another_database("", 1) == another_database("unix:///run/redis.sock?db=0", 1) == ""
