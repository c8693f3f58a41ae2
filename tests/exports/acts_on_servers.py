"""What leads do with the Label Studio servers, for the list of all acts."""

from review.label_studio import servers

WARD = {
    "name": "ward", "url": "https://ward.example", "token_env": "LABEL_STUDIO_TOKEN_WARD",
    "gateway_url": "https://judge-ward.example",
}  # fmt: skip


def server_saved(lena, **_):
    return servers.save_server(**WARD, by=lena)


def server_offered(lena, **_):
    servers.offer_server(server=server_saved(lena), offered=False, by=lena)
