"""
`python -m trainer serve` runs the trainer, `join` gives a further machine's devices to it; the others are what these
two start.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys

from trainer.settings import read_settings


def main() -> int:
    parser = argparse.ArgumentParser(prog="trainer")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("serve", help="take trainings from the queue and serve local models")
    commands.add_parser("join", help="give this machine's devices to trainings over several machines")
    run = commands.add_parser("run-training", help="one training, under the lease of the process that starts it")
    run.add_argument("training_id")
    commands.add_parser("run-export", help="one export, asked for on standard input by the process that starts it")
    group = commands.add_parser(
        "run-group", help="one training by several processes, of which each runs `run-training`"
    )
    group.add_argument("training_id")
    group.add_argument("processes", type=int)
    group.add_argument("--meet-at", help="address and port of the first process, where there are several machines")
    for name in ("--machines", "--world-size", "--first-rank", "--meeting-seconds"):
        group.add_argument(name, type=int)
    arguments = parser.parse_args()
    if arguments.command == "run-group":
        return _run_group(arguments)
    if arguments.command == "run-export":
        from trainer.exporting.run_export import run_export

        return run_export(read_settings())
    if arguments.command == "run-training":
        from trainer.training.run_training import run_training

        # By environment, since the list of processes shows arguments to everyone on the machine.
        token = os.environ["TRAINER_LEASE_TOKEN"]
        return run_training(read_settings(), arguments.training_id, token, os.getppid())
    if arguments.command == "join":
        from trainer.supervisor.join import join

        return join(read_settings())
    from trainer.supervisor.serve import serve

    return serve(read_settings())


def _run_group(arguments: argparse.Namespace) -> int:
    from trainer.training.run_group import Meeting, run_group

    meeting = None
    if arguments.meet_at:
        address, _, port = arguments.meet_at.rpartition(":")
        meeting = Meeting(
            address,
            int(port),
            arguments.machines,
            arguments.world_size,
            arguments.first_rank,
            arguments.meeting_seconds,
        )
    status = run_group(arguments.training_id, arguments.processes, meeting, os.getppid())
    if status < 0:
        # Ended as its process was, so that the supervisor reads the signal.
        signal.signal(-status, signal.SIG_DFL)
        os.kill(os.getpid(), -status)
    return status


if __name__ == "__main__":
    sys.exit(main())
