"""Every proof of every topic, on every server that it names."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import pytest

from evidence.harness import Place, Proof, Run, proofs
from redlint.registry import load_rules
from servers import Cluster, Server

PROOFS: Final = proofs()
_PROCESSES: Final = {Place.VALKEY: "valkey_process", Place.REDIS62: "redis62_process"}


def named(proof: Proof) -> str:
    return f"{proof.rule}-{PROOFS.index(proof)}"


@pytest.fixture
def runs(request: pytest.FixtureRequest) -> Iterator[tuple[Run, ...]]:
    """The bad and the good snippet of a proof, on one of its servers."""
    proof, place = request.param
    cluster: Cluster | None = request.getfixturevalue("cluster_processes") if place is Place.CLUSTER else None
    server: Server = cluster.nodes[0] if cluster is not None else request.getfixturevalue(_PROCESSES[place])
    with server.client() as client:
        yield tuple(Run(source, server, client, cluster) for source in (proof.bad_source, proof.good_source))


@pytest.mark.parametrize("proof", PROOFS, ids=named)
def test_the_rule_reports_the_bad_code_and_not_the_good(proof: Proof) -> None:
    assert proof.reported(proof.bad_source)
    assert not proof.reported(proof.good_source)


@pytest.mark.parametrize(
    ("proof", "runs"),
    [
        pytest.param(proof, (proof, place), id=f"{named(proof)}-{place.value}")
        for proof in PROOFS
        for place in proof.places
    ],
    indirect=["runs"],
)
def test_the_harm_is_seen_with_the_bad_code_only(proof: Proof, runs: tuple[Run, ...]) -> None:
    figures = []
    for run in runs:
        run.empty()
        figures.append(proof.measure(run))
    assert figures == [proof.bad_figure, proof.good_figure]
    assert proof.bad_figure != proof.good_figure


OPINIONS: Final = {
    "RED802": "that a password in the code is read by those who read the code is no fact of a server",
    "RED803": "needs a server with TLS and a certificate of somebody else, which the wheels do not bring",
    "RED907": "is about versions of redis-py from before 2023-04; their makers' advisories show the harm",
}
"""Rules without a proof, and why."""


def test_every_rule_that_is_on_has_a_proof() -> None:
    rules = [rule for rule in load_rules(["redlint_rules"]) if rule.__module__.startswith("redlint_rules.")]
    on = {rule.code for rule in rules if not rule.preview}
    assert on - {proof.rule for proof in PROOFS} == set(OPINIONS)


def test_proofs_are_about_rules_that_exist() -> None:
    assert {proof.rule for proof in PROOFS} <= {rule.code for rule in load_rules(["redlint_rules"])}
