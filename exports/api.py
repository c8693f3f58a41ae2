"""The node's door: from HTTP to the verbs of leasing and artefacts. No session, one node token."""

from django.conf import settings
from django.http import FileResponse
from django.urls import reverse
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.utils import extend_schema
from rest_framework import authentication, exceptions, permissions, status
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.doors import safe_line
from exports import artefacts, leasing, node_bodies, nodes, places
from exports.models import DatasetState, Node, TrainingRun, TrainingState

PIECE = 1 << 20


class NodeToken(authentication.BaseAuthentication):
    """`Authorization: Bearer <token>` of a node in service."""

    def authenticate(self, request):
        kind, _, token = request.headers.get("Authorization", "").partition(" ")
        if kind.lower() != "bearer" or not token.strip():
            return None
        node = nodes.by_token(token.strip())
        if node is None:
            raise exceptions.AuthenticationFailed("No node in service has this token.")
        return None, node

    def authenticate_header(self, request):
        return 'Bearer realm="training node"'


class NodeTokenInSchema(OpenApiAuthenticationExtension):
    target_class = "exports.api.NodeToken"
    name = "node token"

    def get_security_definition(self, auto_schema):
        return {"type": "http", "scheme": "bearer"}


class IsNode(permissions.BasePermission):
    message = "Only a training node may do this."

    def has_permission(self, request, view):
        return isinstance(request.auth, Node)


class Conflict(exceptions.APIException):
    status_code = status.HTTP_409_CONFLICT


class BodyTooLarge(exceptions.APIException):
    status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE
    default_detail = "This is more than a report of a node can be."


class Door(APIView):
    authentication_classes = [NodeToken]
    permission_classes = [IsNode]

    def initial(self, request, *args, **kwargs):
        # Before the token is even looked at: one that came over an open line is refused like no token.
        if not safe_line(request.META, encrypted=request.is_secure()):
            raise exceptions.PermissionDenied("Plain http is answered to this machine only; use https.")
        super().initial(request, *args, **kwargs)
        # A report is parsed in memory, unlike an adapter, which is streamed.
        length = int(request.META.get("CONTENT_LENGTH") or 0)
        if request.method == "POST" and length > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
            raise BodyTooLarge

    def handle_exception(self, error):
        if isinstance(error, leasing.LeaseLost | leasing.NotClaimable):
            error = Conflict(str(error))
        elif isinstance(error, leasing.ReportRefused | artefacts.WrongHash | artefacts.TooLarge):
            error = exceptions.ValidationError({"detail": str(error)})
        elif isinstance(error, RecursionError):
            error = exceptions.ParseError("JSON parse error - too many levels")
        return super().handle_exception(error)

    def checked(self, shape, data) -> dict:
        body = shape(data=data)
        body.is_valid(raise_exception=True)
        return body.validated_data


class Claim(Door):
    @extend_schema(request=node_bodies.Claim, responses={200: dict, 204: None, 409: dict})
    def post(self, request):
        body = self.checked(node_bodies.Claim, request.data)
        found = leasing.claim(node=request.auth, worker=body["worker"], run_id=body["run"])
        if found is None:
            return Response(status=status.HTTP_204_NO_CONTENT)
        run, token = found
        return Response(
            {
                "run": str(run.public_id),
                "claim": token,
                "lease_seconds": leasing.LEASE.total_seconds(),
                "config": run.config,
                "dataset": {"sha256": run.dataset.sha256, "files": files_of(run)},
            }
        )


def files_of(run: TrainingRun) -> list[dict]:
    """The manifest and every file that it names, as the node downloads them."""
    manifest = {
        "name": "manifest.json",
        "sha256": run.dataset.sha256,
        "bytes": (places.dataset_folder(run.dataset) / "manifest.json").stat().st_size,
    }
    return [
        {
            **{key: file[key] for key in ("name", "sha256", "bytes")},
            "url": reverse("node_file", args=[run.public_id, file["name"]]),
        }
        for file in [manifest, *run.dataset.manifest["files"]]
    ]


class Heartbeat(Door):
    @extend_schema(request=node_bodies.Heartbeat, responses={200: dict, 409: dict})
    def post(self, request, run):
        body = self.checked(node_bodies.Heartbeat, request.data)
        token = body.pop("claim")
        held = leasing.heartbeat(run_id=run, node=request.auth, token=token, **body)
        return Response({"cancel": held.cancel_asked, "lease_seconds": leasing.LEASE.total_seconds()})


class File(Door):
    @extend_schema(responses={(200, "application/octet-stream"): bytes, 404: dict})
    def get(self, request, run, name):
        held = TrainingRun.objects.select_related("dataset").filter(public_id=run).first()
        if held is None:
            raise exceptions.NotFound("No such run.")
        if held.state != TrainingState.RUNNING or held.node_id != request.auth.pk:
            raise Conflict("This run is not held by this node.")
        # Only names that the frozen manifest lists are ever joined to the folder.
        names = {"manifest.json", *(file["name"] for file in held.dataset.manifest["files"])}
        if held.dataset.state != DatasetState.FROZEN or name not in names:
            raise exceptions.NotFound("The dataset has no file of this name.")
        path = places.dataset_folder(held.dataset) / name
        return FileResponse(path.open("rb"), content_type="application/octet-stream")


class Artifact(Door):
    @extend_schema(
        parameters=[node_bodies.Announced],
        request={"application/gzip": bytes},
        responses={200: dict, 400: dict, 409: dict},
    )
    def put(self, request, run):
        announced = self.checked(node_bodies.Announced, request.query_params)
        if not request.META.get("CONTENT_LENGTH"):
            raise exceptions.ValidationError({"detail": "The length of the adapter must be announced."})
        stream = request._request  # DRF's own stream would be parsed; this one is read piece by piece
        stored = artefacts.receive(
            run_id=run,
            node=request.auth,
            token=announced["claim"],
            sha256=announced["sha256"],
            pieces=iter(lambda: stream.read(PIECE), b""),
        )
        return Response({"sha256": stored.artifact_sha256})


class Finish(Door):
    @extend_schema(request=node_bodies.Finish, responses={200: dict, 400: dict, 409: dict})
    def post(self, request, run):
        body = {key: value or "" for key, value in self.checked(node_bodies.Finish, request.data).items()}
        ended = leasing.finish(
            run_id=run,
            node=request.auth,
            token=body["claim"],
            status=body["status"],
            metrics=body["metrics"] or {},
            dataset_sha256=body["dataset_sha256"],
            artifact_sha256=body["artifact_sha256"],
            error=body["error"],
        )
        return Response({"state": ended.state})
