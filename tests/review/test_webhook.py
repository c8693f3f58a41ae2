import pytest
from celery import Celery
from django.conf import settings

from config.celery import app
from review.tasks import hint

URL = "/hooks/label-studio/"


def call(client, secret=None, body=b"{}"):
    secret = settings.LABEL_STUDIO_WEBHOOK_SECRET if secret is None else secret
    return client.post(URL, body, content_type="application/json", headers={"X-Mirror-Secret": secret})


def waiting() -> int:
    with app.connection_for_read() as connection:
        return connection.default_channel.queue_declare("review", passive=False).message_count


@pytest.fixture
def broker(settings):
    settings.REDIS_URL = "memory://"
    with app.connection_for_read() as connection:
        if waiting():
            connection.default_channel.queue_purge("review")
    return waiting


def test_a_hint_is_answered_at_once_and_only_asks_for_a_sync(client, broker):
    assert call(client, body=b'{"action": "ANNOTATION_CREATED", "forged": true}').status_code == 202
    assert broker() == 1


def test_without_the_secret_nothing_happens(client, broker):
    assert call(client, secret="guessed").status_code == 403
    assert client.post(URL, b"{}", content_type="application/json").status_code == 403
    assert broker() == 0


def test_a_body_too_large_is_not_read(client, broker):
    assert call(client, body=b"x" * (1024 * 1024 + 1)).status_code == 413
    assert broker() == 0


def test_only_posts_are_hints(client):
    assert client.get(URL).status_code == 405


def test_hints_that_nobody_took_expire():
    class Told:
        name, told = "review.sync", None

        def apply_async(self, arguments, **options):
            self.told = options

    task = Told()
    assert hint(task) and 0 < task.told["expires"] <= 60


def test_a_broker_that_is_down_holds_nobody_up():
    unheard = Celery("unheard", broker="redis://127.0.0.1:1/0", set_as_current=False)
    unheard.conf.task_publish_retry = False

    @unheard.task(name="review.sync")
    def sync():
        pass

    assert hint(sync) is False
