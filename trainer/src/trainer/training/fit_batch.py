"""A batch as shares of the devices that train together."""

from __future__ import annotations

from trainer.contracts.training import CommonRequest
from trainer.errors import TrainingFailed


def fit_batch(request: CommonRequest, most: int) -> int:
    """
    Rows that a device takes at once: the largest number up to the limit that divides its share of the batch.
    Raises TrainingFailed where the batch has no equal shares.
    """
    effective = request.batch_size * request.gradient_accumulation
    share, rest = divmod(effective, request.devices)
    if rest:
        raise TrainingFailed(
            "training_setting_unfit",
            f"a batch of {effective} rows (batch size times gradient accumulation) cannot be shared equally by "
            f"{request.devices} devices. Choose a batch size that is a multiple of {request.devices}.",
        )
    return max(size for size in range(1, min(most, share) + 1) if share % size == 0)
