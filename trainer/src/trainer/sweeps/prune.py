"""Whether a training of a sweep is worth going on with, held against the trials before it (Optuna's pruners)."""

from __future__ import annotations

from collections.abc import Sequence

import optuna
from optuna.trial import TrialState

from trainer.contracts.training import Evaluation, Pruning

optuna.logging.set_verbosity(optuna.logging.WARNING)

Course = Sequence[Evaluation]


def is_hopeless(pruning: Pruning, course: Course) -> bool:
    """`course`: each evaluation so far. The same course meets the same decision, after a resume too."""
    # Hyperband sorts trials by the study's name: a random one would decide otherwise each time.
    study = optuna.create_study(study_name="sweep", direction="minimize", pruner=_make(pruning))
    for earlier in pruning.earlier:
        trial = study.ask()
        _report(trial, earlier)
        if earlier:
            study.tell(trial, earlier[-1].loss)
        else:
            study.tell(trial, state=TrialState.FAIL)
    return _report(study.ask(), course)


def _report(trial: optuna.Trial, course: Course) -> bool:
    hopeless = False
    for evaluation in course:
        trial.report(evaluation.loss, evaluation.step)
        # Asking is also what enters a trial into its rungs.
        hopeless = trial.should_prune()
    return hopeless


def _make(pruning: Pruning) -> optuna.pruners.BasePruner:
    match pruning.rule:
        case "median":
            return optuna.pruners.MedianPruner(n_startup_trials=pruning.startup)
        case "halving":
            return optuna.pruners.SuccessiveHalvingPruner()
        case "hyperband":
            return optuna.pruners.HyperbandPruner()
