"""`python -m trainer serve` runs the trainer; `run-training` and `run-export` are what it starts for each of these."""

from __future__ import annotations

import argparse
import os
import sys

from trainer.settings import read_settings


def main() -> int:
    parser = argparse.ArgumentParser(prog="trainer")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("serve", help="take trainings from the queue and serve local models")
    run = commands.add_parser("run-training", help="one training, under the lease of the process that starts it")
    run.add_argument("training_id")
    commands.add_parser("run-export", help="one export, asked for on standard input by the process that starts it")
    group = commands.add_parser(
        "run-group", help="one training by several processes, of which each runs `run-training`"
    )
    group.add_argument("training_id")
    group.add_argument("processes", type=int)
    arguments = parser.parse_args()
    if arguments.command == "run-group":
        from trainer.training.run_group import run_group

        return run_group(arguments.training_id, arguments.processes, os.getppid())
    if arguments.command == "run-export":
        from trainer.exporting.export_model import run_export

        return run_export(read_settings())
    if arguments.command == "run-training":
        from trainer.training.run_training import run_training

        # By environment, since the list of processes shows arguments to everyone on the machine.
        token = os.environ["TRAINER_LEASE_TOKEN"]
        return run_training(read_settings(), arguments.training_id, token, os.getppid())
    from trainer.supervisor.serve import serve

    return serve(read_settings())


if __name__ == "__main__":
    sys.exit(main())
