"""What a client is told, in the shape that OpenAI's clients read."""

from __future__ import annotations

from typing import Any


class ApiError(Exception):
    def __init__(self, status: int, code: str, message: str, retry_after: int | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.retry_after = retry_after

    def to_json(self) -> dict[str, Any]:
        kind = (
            "invalid_request_error" if self.status < 429 else "rate_limit_error" if self.status == 429 else "api_error"
        )
        return {"error": {"message": self.message, "type": kind, "code": self.code, "param": None}}


def out_of_memory() -> ApiError:
    return ApiError(503, "out_of_memory", "The memory does not hold this request.")
