"""How a training process ends, as its supervisor reads it."""

from collections.abc import Iterable

# A result or an error stands in the database.
EXIT_REPORTED = 0
EXIT_INTERRUPTED = 75
EXIT_LEASE_LOST = 76
# Of one process among several: the memory did not suffice, and a smaller batch is noted for the next start.
EXIT_SMALLER_BATCH = 77
# Of one process among several: it has reported an error, so the others are to end.
EXIT_FAILED_REPORTED = 78
# Of one process among several: it lost the others, of which one died or its network did.
EXIT_GROUP_BROKEN = 79
# Of one process among several: the others could not be met at all.
EXIT_NOT_MET = 80


def telling_status(statuses: Iterable[int]) -> int:
    """Of processes that ended with each other, the status that says why: the others died of that one's death."""
    known = list(statuses)
    for status in (EXIT_FAILED_REPORTED, EXIT_SMALLER_BATCH, EXIT_NOT_MET):
        if status in known:
            return status
    return next((status for status in known if status != EXIT_GROUP_BROKEN), EXIT_GROUP_BROKEN)
