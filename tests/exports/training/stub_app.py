"""The app as a node sees it: a real HTTP server in a thread, with one dataset, a queue of runs and switches
for trouble.
"""

import hashlib
import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

TOKEN = "node-token-of-the-stub"
ROW = {
    "messages": [
        {"role": "system", "content": "You supervise a counsellor in training."},
        {"role": "user", "content": "Counsellor: You should just relax. Client: I cannot."},
        {
            "role": "assistant",
            "content": "That was advice before understanding. Ask what makes it hard to rest.",
        },
    ]
}


def sha256(content):
    return hashlib.sha256(content).hexdigest()


def dataset_of(rows):
    """{name: bytes} of a frozen dataset, its manifest included."""
    train = "".join(json.dumps(row) + "\n" for row in rows).encode()
    files = [{"name": "sft/train.jsonl", "sha256": sha256(train), "bytes": len(train)}]
    return {"sft/train.jsonl": train, "manifest.json": json.dumps({"files": files}).encode()}


class StubApp(ThreadingHTTPServer):
    """`runs` is {run: {"config", "state", "worker", "claim", "lease_ends", ...}}; `requests` is what
    arrived.
    """

    daemon_threads = True

    def __init__(self, *, lease_seconds=60.0):
        super().__init__(("127.0.0.1", 0), Door)
        self.url = f"http://127.0.0.1:{self.server_port}"
        self.lease_seconds = lease_seconds
        self.files = dataset_of([ROW] * 4)
        self.sent_instead = {}  # name: bytes to send in place of the frozen ones
        self.runs, self.requests, self.beats, self.reports = {}, [], [], []
        self.lose = set()  # verbs whose next answer is lost after the work was done
        self.claims_granted = 0
        self.changed = threading.Condition()
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()

    def handle_error(self, request, client_address):
        """A node that was killed in mid-sentence is expected here."""

    def queue(self, run, **config):
        with self.changed:
            self.runs[run] = {"config": config, "state": "queued", "cancel": False, "artifact": None}
            self.changed.notify_all()

    def wait_for(self, holds, seconds=30.0):
        """Block until `holds()` is true, looking again after every request; fails with what has arrived."""
        with self.changed:
            assert self.changed.wait_for(holds, seconds), (
                f"waited {seconds} s in vain; arrived: {self.requests[-20:]}"
            )

    def wait_for_report(self, seconds=30.0):
        self.wait_for(lambda: self.reports, seconds)
        return self.reports[0]

    def dataset(self):
        files = [
            {"name": name, "sha256": sha256(content), "bytes": len(content), "url": f"/files/{name}"}
            for name, content in self.files.items()
        ]
        return {"sha256": sha256(self.files["manifest.json"]), "files": files}

    def claim(self, body):
        wanted = [body["run"]] if body["run"] else list(self.runs)
        for run in wanted:
            state = self.runs.get(run)
            if state is None:
                continue
            repeated = state["state"] == "running" and state["worker"] == body["worker"]
            lapsed = state["state"] == "running" and time.monotonic() > state["lease_ends"]
            if not repeated and state["state"] != "queued" and not lapsed:
                continue
            if not repeated:
                self.claims_granted += 1
                state.update(state="running", worker=body["worker"], claim=f"claim-{self.claims_granted}")
            state["lease_ends"] = time.monotonic() + self.lease_seconds
            return 200, {
                "run": run,
                "claim": state["claim"],
                "lease_seconds": self.lease_seconds,
                "config": state["config"],
                "dataset": self.dataset(),
            }
        return (409, {}) if body["run"] else (204, None)

    def holds(self, run, claim):
        return self.runs[run]["state"] == "running" and self.runs[run]["claim"] == claim

    def heartbeat(self, run, body):
        if not self.holds(run, body["claim"]):
            return 409, {}
        self.beats.append(body)
        self.runs[run]["lease_ends"] = time.monotonic() + self.lease_seconds
        return 200, {"cancel": self.runs[run]["cancel"], "lease_seconds": self.lease_seconds}

    def artifact(self, run, query, content):
        if not self.holds(run, query["claim"][0]):
            return 409, {}
        self.runs[run]["artifact"] = content
        return 200, {"sha256": sha256(content)}

    def finish(self, run, body):
        state = self.runs[run]
        if state["claim"] != body["claim"]:
            return 409, {}
        if state["state"] == "running":
            state["state"] = body["status"]
            self.reports.append(body)
        return 200, {}


class Door(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *args):
        pass

    def do_GET(self):
        name = self.path.removeprefix("/files/")
        self.note("file", {"name": name})
        self.answer(200, self.server.sent_instead.get(name, self.server.files[name]))

    def do_PUT(self):
        address = urlsplit(self.path)
        content = self.rfile.read(int(self.headers["Content-Length"]))
        self.do("artifact", address.path.split("/")[4], parse_qs(address.query), content)

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        parts = self.path.strip("/").split("/")
        self.do(parts[-1], *parts[3:4] if len(parts) == 5 else (), body)

    def do(self, verb, *arguments):
        app = self.server
        if self.headers.get("Authorization") != f"Bearer {TOKEN}":
            self.note(verb, {})
            return self.answer(401, b"{}")
        with app.changed:
            status, body = getattr(app, verb)(*arguments)
            lost = verb in app.lose
            app.lose.discard(verb)
        self.note(verb, arguments[-1] if verb != "artifact" else {})
        if lost:
            self.close_connection = True
            return None
        return self.answer(status, b"" if body is None else json.dumps(body).encode())

    def note(self, verb, body):
        with self.server.changed:
            self.server.requests.append((verb, body))
            self.server.changed.notify_all()

    def answer(self, status, content):
        self.send_response(status)
        if status != 204:
            self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if status != 204:
            self.wfile.write(content)
