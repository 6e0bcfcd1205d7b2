"""Every kind of RULEBOOK 6 has its rule: lead times, who acts, why, what happens otherwise."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.urls import NoReverseMatch, reverse

from caracol.accounts.enums import Role
from caracol.accounts.policy import PERMITS, RIGHTS, UPKEEP
from caracol.deadlines.models import DeadlineRule
from caracol.deadlines.registry import TASK, kinds
from caracol.notifications import standard

DAY = date(2026, 11, 24)

pytestmark = pytest.mark.django_db

# RULEBOOK 6, row by row: the kinds that stand for it and the days before which it reminds.
# A permit's kind may tell why somebody fled: cards of every length share one neutral kind.
RULEBOOK = [
    ("Carte de résident", "residents.permit-expiry", [180, 120, 90, 60, 30]),
    ("Carte pluriannuelle", "residents.permit-expiry", [180, 120, 90, 60, 30]),
    # The window is due 60 days before the end: open at 120, alarm at 65 of the end.
    ("Renewal window", "residents.permit-window", [120 - 60, 65 - 60]),
    ("After expiry, filed in time", "residents.permit-grace", None),
    ("Six months after expiry", "residents.permit-late", None),
    ("API", "residents.permit-short", [30, 15, 7]),
    ("Récépissé", "residents.permit-short", [30, 15, 7]),
    # Due three months after the move: told seven days after it, then sixty.
    ("OFPRA: new address", "social.ofpra-address", [91 - 7, 91 - 60]),
    ("NUR", "residents.housing-request", [60, 30, 15, 7]),
    ("DALO commission", "social.dalo-commission", None),
    ("DALO offer", "social.dalo-offer", [30, 0]),
    ("DALO appeal", "social.dalo-appeal", None),
    ("DAHO commission", "social.daho-commission", None),
    ("DAHO place", "social.daho-place", None),
    ("DALO ground", "social.dalo-ground", None),
    ("AL / APL: July rent", "payments.caf-july", None),
    ("AL / APL: nine months at nil", "payments.aid-nil", [30]),
    ("AL / APL: departure", "payments.caf-departure", None),
    ("AL / APL: entry", "payments.caf-certificate", None),
    ("AL / APL: arrears, section 3.5", "payments.caf-arrears", None),
    ("CCAPEX, section 4.1", "payments.ccapex-arrears", None),
    ("Visits, section 5.3", "colocations.home-visit", None),
    ("Report to the préfet, section 9.3", "colocations.prefect-report", None),
    ("C2S", "social.c2s", [120, 90, 65]),
    ("PUMA / carte Vitale", "social.health-card", None),
    ("RSA", "social.rsa", [10, 3]),
    ("Visale", "social.visale", [30]),
    ("Driving licence", "social.licence", [180, 90, 60, 30]),
    ("CIR, family reunification", "social.integration", None),
    ("Insurance", "residents.insurance-end", [45, 15, 0]),
    ("Contract end", "residents.contract-end", [180, 120, 90, 60, 45, 31]),
    ("18-month limit", "residents.contract-limit", [180, 120, 90, 60, 45, 31]),
    ("Owner convention end", "colocations.agreement-end", [365, 270, 180, 120, 90, 60, 30]),
    ("Site closing", "colocations.home-closing", [365, 270, 180, 120, 90, 60, 30]),
    ("Relodging plan, worked back", "colocations.vacate-by", [365, 270, 180, 120, 90, 60, 30]),
    ("Agrément", "colocations.approval", [180, 90, 30]),
    ("Diagnostics", "colocations.diagnostic", [180, 90, 30]),
    ("Site insurance", "colocations.site-insurance", [180, 90, 30]),
    ("SEPA mandate", "payments.mandate-lapse", [60]),
    ("Retention", "residents.retention", None),
]
# What the issue and the daily work add to it.
ADDED = {
    *("residents.notice-effect", "residents.entry", "residents.exit", "colocations.obligation"),
    *("colocations.works", "payments.deposit-return", "payments.month-close", "payments.receipts"),
}


def rules():
    """The rules in force."""
    return {rule.kind: rule for rule in DeadlineRule.objects.on(DAY)}


@pytest.mark.parametrize(("row", "code", "leads"), RULEBOOK, ids=[row[0] for row in RULEBOOK])
def test_each_row_of_the_rulebook_has_its_rule(row, code, leads):
    rule = rules()[code]
    assert leads is None or rule.leads == leads
    assert rule.leads
    assert all((rule.why, rule.otherwise, rule.source, rule.role, rule.audience, rule.label))


def test_what_is_declared_is_what_is_ruled_and_nothing_else():
    declared = {kind.code for kind in kinds()}
    assert declared == {code for _row, code, _leads in RULEBOOK} | ADDED
    assert set(rules()) == declared | {TASK}


def test_each_rule_stays_within_what_its_kind_allows():
    for rule in rules().values():
        rule.clean()


def test_the_direction_cannot_show_permits_to_mission_officers():
    rule = rules()["residents.permit-expiry"]
    rule.audience = [*rule.audience, Role.MISSION_OFFICER]
    with pytest.raises(ValidationError, match="Ne peut pas le savoir"):
        rule.clean()
    assert Role.MISSION_OFFICER not in rule.known_by


def test_who_acts_must_see():
    rule = rules()["payments.deposit-return"]
    rule.audience = ["GLA_ASSISTANT"]
    with pytest.raises(ValidationError, match="doit aussi la voir"):
        rule.clean()


def test_nobody_reads_beyond_need():
    for kind in kinds():
        if kind.code.startswith("social."):
            assert kind.readers == RIGHTS
        if "permit" in kind.code or kind.code == "residents.housing-request":
            assert kind.readers == PERMITS
        if kind.code.startswith("payments."):
            assert not kind.readers & {Role.MISSION_OFFICER, Role.TECHNICAL, Role.SOCIAL_WORKER}
        if Role.TECHNICAL in kind.readers:
            assert kind.code.startswith("colocations.")
            assert kind.readers & UPKEEP


def test_each_message_that_a_kind_names_exists():
    assert {kind.message for kind in kinds()} <= {"", *standard.KINDS}


def test_each_kind_leads_to_a_page():
    arguments = ([1], ["2026-11"], ["C0001"], [])
    for kind in kinds():
        for args in arguments:
            try:
                assert reverse(kind.url_name, args=args)
                break
            except NoReverseMatch:
                continue
        else:
            pytest.fail(kind.url_name)
