"""Around every request: how big it may be, an id for the logs, and headers that keep browsers careful."""

from __future__ import annotations

import secrets
import time

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.problems import answer, unforeseen
from api.settings import MIB, ServiceSettings

log = structlog.get_logger()
HEADERS = [
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cache-control", b"no-store"),
    (b"x-frame-options", b"DENY"),
]


class TooLarge(Exception):  # noqa: N818 - it is an answer
    """More came than may come."""


class Guard:
    """Counts the bytes of bodies, names requests, and writes one line of log for each."""

    def __init__(self, app: ASGIApp, settings: ServiceSettings) -> None:
        self._app = app
        self._most_json = int(settings.max_body_mb * MIB)
        self._most_upload = int(settings.max_upload_mb * MIB)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id, start = secrets.token_hex(8), time.perf_counter()
        most = self._most_upload if scope["path"].endswith("/imports") else self._most_json
        status = 500
        came = 0
        begun = False

        async def count() -> Message:
            nonlocal came
            message = await receive()
            came += len(message.get("body", b""))
            if came > most:
                raise TooLarge
            return message

        async def note(message: Message) -> None:
            nonlocal status, begun
            if came > most and not begun and message["type"].startswith("http.response"):
                return
            if message["type"] == "http.response.start":
                begun = True
                status = message["status"]
                given = {name for name, _ in message["headers"]}
                own = [(name, value) for name, value in HEADERS if name not in given]
                message["headers"] = [*message["headers"], *own, (b"x-request-id", request_id.encode())]
            await send(message)

        with structlog.contextvars.bound_contextvars(request_id=request_id):
            try:
                if _declared(scope) > most:
                    raise TooLarge
                if "\0" in scope["path"] or b"%00" in scope["query_string"] or b"\0" in scope["query_string"]:
                    await answer(422, "invalid", "The address has a sign that no text has (NUL).")(scope, receive, note)
                    return
                await self._app(scope, count, note)
                if came > most:
                    raise TooLarge
            except TooLarge:
                came = 0
                await answer(413, "too_large", f"At most {most / MIB:g} MiB are taken here.")(scope, receive, note)
            except Exception as error:
                problem = unforeseen(error)
                if begun:
                    raise ConnectionAbortedError("an answer broke off; what happened was noted") from None
                await problem(scope, receive, note)
            finally:
                self._log(scope, status, start)

    def _log(self, scope: Scope, status: int, start: float) -> None:
        route = getattr(scope.get("route"), "path", "") or "unknown"
        key_id = scope.get("state", {}).get("key_id", "")
        level = log.error if status >= 500 else log.info
        level(
            "request",
            method=scope["method"],
            route=route,
            status=status,
            milliseconds=round(1000 * (time.perf_counter() - start), 1),
            key_id=key_id,
        )


def _declared(scope: Scope) -> int:
    text = dict(scope["headers"]).get(b"content-length", b"0")
    return int(text) if text.isdigit() else 0
