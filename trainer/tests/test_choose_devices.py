"""Who begins where, and what memory is reckoned with: no device is needed to decide."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

from conftest import request_json
from trainer.contracts.model_source import BuiltinSource, HubSource
from trainer.contracts.training import CommonRequest, TrainingRequest
from trainer.supervisor.choose_devices import (
    PATIENCE_SECONDS,
    Device,
    Machine,
    Share,
    Start,
    TooBig,
    TooMany,
    Wait,
    Waiting,
    choose_devices,
)
from trainer.supervisor.estimate_memory import GB, ModelFacts, Need, estimate_memory
from trainer.supervisor.model_facts import read_facts

# Llama 2 7B.
SEVEN = ModelFacts(parameters=6_738_000_000, layers=32, hidden=4096, vocabulary=32000)
LORA = {"kind": "lora", "rank": 8, "alpha": 16, "dropout": 0}


def device(index: int, free: float, total: float = 80, busy: bool = False) -> Device:
    return Device(index, free * GB, total * GB, busy)


def wants(
    name: str, gigabytes: float | None, devices: int = 1, waited: float = 0, least: float | None = None
) -> Waiting:
    need = None if gigabytes is None else Need(gigabytes * GB, (least or gigabytes) * GB)
    return Waiting(name, devices, need, waited)


def test_a_training_takes_the_tightest_device_that_holds_it_and_none_is_shared() -> None:
    devices = [device(0, 79), device(1, 20, 24), device(2, 70, busy=True)]
    decisions = choose_devices(devices, [wants("small", 10), wants("second", 10), wants("third", 10)])
    assert decisions == [Start("small", (1,)), Start("second", (0,)), Wait("third", None)]
    assert choose_devices(devices, [wants("pair", 15, devices=2)]) == [Start("pair", (0, 1))]
    assert choose_devices(devices, [wants("unsure", None)]) == [Start("unsure", (1,))]
    assert choose_devices([Device(0, None, None)], [wants("unknown", 500)]) == [Start("unknown", (0,))]


def test_what_fits_an_empty_device_waits_and_what_fits_none_is_refused() -> None:
    crowded = [device(0, 30), device(1, 10, 24)]
    assert choose_devices(crowded, [wants("big", 60)]) == [Wait("big", 60 * GB)]
    assert choose_devices(crowded, [wants("huge", 90)]) == [TooBig("huge", 90 * GB, 76 * GB)]
    # The second of two devices is the one that counts.
    assert choose_devices(crowded, [wants("two", 60, devices=2)]) == [TooBig("two", 60 * GB, 22.8 * GB)]
    assert choose_devices(crowded, [wants("many", 1, devices=3)]) == [TooMany("many", 2)]
    # It lowers its batch by itself, so it is not refused for the batch, and waits for a device that is empty.
    assert choose_devices(crowded, [wants("wide", 90, least=20)]) == [Wait("wide", 76 * GB)]
    assert choose_devices([device(0, 79)], [wants("wide", 90, least=20)]) == [Start("wide", (0,))]


def test_an_old_training_is_not_starved_by_small_ones() -> None:
    devices = [device(0, 30), device(1, 20, 24)]
    young, old = wants("big", 60, waited=5), wants("big", 60, waited=PATIENCE_SECONDS + 1)
    small = [wants("a", 10), wants("b", 10)]
    assert choose_devices(devices, [young, *small])[1:] == [Start("a", (1,)), Start("b", (0,))]
    # Only the device that could hold it is kept for it.
    assert choose_devices(devices, [old, *small])[1:] == [Start("a", (1,)), Wait("b", None)]
    two = wants("two", 5, devices=2, waited=PATIENCE_SECONDS + 1)
    half_busy = [device(0, 70, busy=True), device(1, 70)]
    assert choose_devices(half_busy, [two, wants("a", 10)]) == [Wait("two", None), Wait("a", None)]


def estimate(model: ModelFacts | None = SEVEN, is_half: bool = True, **changes: object) -> Any:  # noqa: ANN401
    settings: dict[str, Any] = {"batchSize": 8, "maxLength": 512, **changes}
    request: CommonRequest = TrainingRequest.validate_python(request_json({"parts": ["a"], "rows": 1}, **settings))  # pyright: ignore
    return estimate_memory(request, model, is_half)


def test_the_estimate_follows_method_optimiser_batch_and_shards() -> None:
    full, lora = estimate(), estimate(method=LORA)
    # 16 bytes a parameter for weights, gradients and two moments; 2 for frozen ones in half precision.
    assert 16 * 6.7 * GB < full.least < 1.35 * 16 * 6.7 * GB
    assert 2 * 6.7 * GB < lora.least < 1.5 * 2 * 6.7 * GB
    assert estimate(method={**LORA, "kind": "qlora"}).least < lora.least / 2
    assert estimate(optimiser="sgd").least < 0.85 * full.least
    assert estimate(method=LORA, is_half=False).least > 1.8 * lora.least
    assert lora.wanted > lora.least
    assert estimate(method=LORA, maxLength=2048).wanted > 2 * lora.wanted - lora.least
    assert estimate(method=LORA, gradientCheckpointing=False).wanted > lora.wanted
    assert estimate(devices=4, spread="fsdp").least < full.least / 3
    assert estimate(devices=4).least == full.least
    assert estimate(model=None) is None


def test_a_models_size_is_read_from_its_files(tiny_model: Path, tmp_path: Path) -> None:
    from transformers import AutoModelForCausalLM

    facts = read_facts(BuiltinSource(kind="builtin"), tmp_path, tiny_model)
    model = AutoModelForCausalLM.from_pretrained(str(tiny_model))
    assert facts is not None
    assert (facts.parameters, facts.layers, facts.hidden) == (model.num_parameters(), 2, 48)
    assert read_facts(HubSource(kind="hub", id="nobody/nothing", revision=None), tmp_path, tiny_model) is None


def machine(name: str, count: int, free: float = 79, busy: bool = False) -> Machine:
    return Machine(name, tuple(device(index, free) for index in range(count)), busy)


def test_what_the_own_devices_do_not_suffice_for_takes_all_of_them_and_the_rest_from_few_machines() -> None:
    own = [device(0, 79), device(1, 79)]
    others = [machine("a", 2), machine("b", 4), machine("c", 8)]
    assert choose_devices(own, [wants("fits", 10, devices=2)], others) == [Start("fits", (0, 1))]
    [start] = choose_devices(own, [wants("six", 10, devices=6)], others)
    assert start == Start("six", (0, 1), (Share("b", (0, 1, 2, 3)),))
    [start] = choose_devices(own, [wants("twelve", None, devices=12)], others)
    assert start == Start("twelve", (0, 1), (Share("c", tuple(range(8))), Share("a", (0, 1))))
    decisions = choose_devices(own, [wants("three", 10, devices=3), wants("one", 10)], others)
    assert decisions == [Start("three", (0, 1), (Share("a", (0,)),)), Wait("one", None)]


def test_machines_that_are_busy_are_waited_for_and_ones_that_are_not_there_are_missing() -> None:
    own, lacking = [device(0, 79)], wants("two", 10, devices=2)
    assert choose_devices(own, [lacking], [machine("a", 1, busy=True)]) == [Wait("two", None)]
    assert choose_devices([device(0, 79, busy=True)], [lacking], [machine("a", 1)]) == [Wait("two", None)]
    assert choose_devices(own, [lacking], [machine("a", 1, free=5)]) == [Wait("two", 10 * GB)]
    assert choose_devices(own, [wants("four", 10, devices=4)], [machine("a", 1), machine("b", 1)]) == [
        TooMany("four", 3)
    ]
    assert choose_devices(own, [wants("huge", 90, devices=2)], [machine("a", 1)]) == [TooBig("huge", 90 * GB, 76 * GB)]
    # One that was begun when there were more waits for them, and keeps nothing from the others.
    begun = replace(wants("two", 10, devices=2, waited=PATIENCE_SECONDS + 1), more_may_come=True)
    assert choose_devices(own, [begun, wants("one", 10)]) == [Wait("two", None, 1), Start("one", (0,))]


def test_whatever_waits_no_device_is_given_twice_and_nobody_gets_another_number_than_asked_for() -> None:
    random = Random(7)
    for _round in range(500):
        own = [
            device(index, random.choice([5, 79]), busy=random.random() < 0.3) for index in range(random.randint(1, 4))
        ]
        others = [
            machine(str(index), random.randint(1, 4), random.choice([5, 79]), random.random() < 0.3)
            for index in range(random.randint(0, 3))
        ]
        waiting = [
            wants(
                str(index), random.choice([None, 3, 60]), random.randint(1, 9), random.choice([0, PATIENCE_SECONDS + 1])
            )
            for index in range(random.randint(1, 5))
        ]
        decisions = choose_devices(own, waiting, others)
        assert [decision.training_id for decision in decisions] == [training.training_id for training in waiting]
        given: list[tuple[str, int]] = []
        for training, decision in zip(waiting, decisions, strict=True):
            total = len(own) + sum(len(other.devices) for other in others)
            assert isinstance(decision, TooMany) == (training.devices > total)
            if isinstance(decision, Start):
                places = [("own", index) for index in decision.devices]
                places += [(share.machine, index) for share in decision.shares for index in share.devices]
                assert len(places) == training.devices
                assert not decision.shares or len(decision.devices) == len(own)
                given += places
        assert len(given) == len(set(given))
        busy = {("own", device.index) for device in own if device.busy}
        busy |= {(other.id, device.index) for other in others if other.busy for device in other.devices}
        assert not busy & set(given)
