"""Everything that the page says, before it is drawn."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from antrea_ci import redaction
from antrea_ci.catalogue import completed
from antrea_ci.errors import FindingsError
from antrea_ci.firewall import Rule, rendered_objects, rules
from antrea_ci.images.plan import PlannedImage, planned
from antrea_ci.model.effective import examine
from antrea_ci.page.collect.about import About, about
from antrea_ci.page.collect.antrea import Antrea, antrea
from antrea_ci.page.collect.backups import Backups, backups
from antrea_ci.page.collect.judgement import Judgement, judgement
from antrea_ci.page.collect.networks import Networks, networks
from antrea_ci.page.collect.nsx import Nsx, nsx
from antrea_ci.page.collect.past import Past, past
from antrea_ci.page.collect.traffic import Traffic, traffic
from antrea_ci.repo import ClusterRepo


@dataclass(frozen=True)
class Page:
    """One cluster as its repository knows it. No part depends on when it is looked at."""

    about: About
    antrea: Antrea
    networks: Networks
    rules: tuple[Rule, ...]
    traffic: Traffic
    images: tuple[PlannedImage, ...]
    judgement: Judgement
    past: Past
    backups: Backups
    nsx: Nsx


def gather(repo: ClusterRepo) -> Page:
    """Reads ``repo``, offline. FindingsError where its files say so little that there is no cluster to speak of."""
    cluster, faults = examine(repo)
    if cluster is None:
        raise FindingsError([finding for finding in completed(faults) if finding.is_error])
    objects = rendered_objects(repo)
    needed = rules(cluster, objects)
    stored = backups(cluster)
    return Page(
        about=about(cluster),
        antrea=antrea(cluster, objects),
        networks=networks(cluster.plan),
        rules=needed,
        traffic=traffic(cluster.plan, needed),
        images=planned(cluster, objects),
        judgement=judgement(cluster),
        past=past(repo, stored),
        backups=stored,
        nsx=nsx(cluster),
    )


def as_json(page: Page) -> object:
    """The same for machines; findings, rules and images have the forms of `check`, `firewall report`, `images plan`."""
    ranges = [{key: value for key, value in asdict(one).items() if key != "parsed"} for one in page.networks.ranges]
    found = {
        "about": asdict(page.about),
        "antrea": asdict(page.antrea),
        "networks": {"ranges": ranges, "unread": page.networks.unread},
        "rules": [rule.as_json() for rule in page.rules],
        "images": [image.as_json() for image in page.images],
        "findings": [finding.as_json() for finding in page.judgement.findings],
        "accepted": [asdict(one) for one in page.judgement.accepted],
        "unjudged": page.judgement.unjudged,
        **asdict(page.past),
        "backups": {key: value for key, value in asdict(page.backups).items() if key != "journals"},
        "nsx": asdict(page.nsx) | {"last": page.nsx.last.as_json() if page.nsx.last else None},
    }
    return redaction.strings(found)
