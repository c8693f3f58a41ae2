"""A program that acts for a person, as the tests of the API need it."""

import json

from django.test import Client

from accounts.tokens import make_token

MISTAKES = "/api/guidelines/novice-mistakes/"
DRAFT = MISTAKES + "versions/draft/"


class Program:
    """It sends a token and JSON, no cookie."""

    def __init__(self, user, *, reads_only=False):
        _row, token = make_token(user=user, name="a test", days=1, reads_only=reads_only)
        self.client = Client(raise_request_exception=True, headers={"Authorization": f"Bearer {token}"})

    def __call__(self, method: str, path: str, data=None, **headers):
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        body = {} if data is None else {"data": json.dumps(data), "content_type": "application/json"}
        return self.client.generic(method, path, headers=headers, **body)
