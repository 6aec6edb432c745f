"""How a training process ends, as its supervisor reads it."""

# A result or an error stands in the database.
EXIT_REPORTED = 0
EXIT_INTERRUPTED = 75
EXIT_LEASE_LOST = 76
# Of one process among several: the memory did not suffice, and a smaller batch is noted for the next start.
EXIT_SMALLER_BATCH = 77
# Of one process among several: it has reported an error, so the others are to end.
EXIT_FAILED_REPORTED = 78
