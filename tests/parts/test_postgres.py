import psycopg
import pytest

pytestmark = pytest.mark.postgres


def test_postgresql_answers_and_is_recent_enough(postgres_url):
    with psycopg.connect(postgres_url) as connection:
        assert connection.info.server_version >= 150000
        assert connection.execute("SELECT current_user").fetchone() == ("postgres",)
