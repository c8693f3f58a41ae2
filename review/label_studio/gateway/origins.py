"""Where a gateway is: an address without a path. Pure."""

from urllib.parse import urlsplit


def origin(address: str) -> str:
    """As a browser writes it. Raises ValueError where the address is none, or has a path."""
    parts = urlsplit(address.strip().rstrip("/"))
    usual = {"http": 80, "https": 443}
    if parts.scheme not in usual or not parts.hostname or parts.path or parts.query or parts.username:
        raise ValueError(f"{address} is no origin, as in https://judge.example.org")
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    port = "" if parts.port in (None, usual[parts.scheme]) else f":{parts.port}"
    return f"{parts.scheme}://{host}{port}"
