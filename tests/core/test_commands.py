"""Every command of the contract answers in the same way."""

import io
import json
from datetime import date
from decimal import Decimal

import pytest
from django.core.management import call_command

from caracol.core.commands import Answer, InputRefused, JsonCommand
from caracol.core.errors import Refused


def make(outcome):
    class Command(JsonCommand):
        def run(self, **options):
            if isinstance(outcome, Exception):
                raise outcome
            return outcome

    return Command()


def call(command, **options):
    out, err = io.StringIO(), io.StringIO()
    code = 0
    try:
        call_command(command, stdout=out, stderr=err, no_color=True, **options)
    except SystemExit as end:
        code = end.code
    return code, out.getvalue(), err.getvalue()


def test_facts_are_the_last_line_as_json_with_amounts_as_text():
    facts = {"total": Decimal("12.5"), "on": date(2026, 11, 1), "terms": 3}
    code, out, _err = call(make(Answer(facts, ["3 échéances"])), json=True)
    assert code == 0
    assert json.loads(out.splitlines()[-1]) == {"total": "12.50", "on": "2026-11-01", "terms": 3}


def test_people_read_sentences():
    _code, out, _err = call(make(Answer({"terms": 3}, ["3 échéances"])))
    assert out == "3 échéances\n"


def test_a_refusal_is_said_and_leaves_with_2():
    code, out, err = call(make(Refused("Le mois est fermé.")), json=True)
    assert (code, err) == (2, "Le mois est fermé.\n")
    assert json.loads(out) == {"errors": [{"message": "Le mois est fermé."}]}


def test_a_refusal_may_tell_each_reason():
    errors = [{"sheet": "Sites", "row": 3, "column": "territoire", "message": "inconnu"}]
    code, out, err = call(make(InputRefused("1 erreur", errors, warnings=[])), json=True)
    assert (code, err) == (2, "1 erreur\n")
    assert json.loads(out) == {"errors": errors, "warnings": []}


def test_a_command_that_found_failures_leaves_with_its_own_code():
    code, out, _err = call(make(Answer({"ok": False}, exit_code=1)), json=True)
    assert (code, json.loads(out)) == (1, {"ok": False})


def test_an_unknown_type_is_a_fault_of_ours():
    with pytest.raises(TypeError):
        call(make(Answer({"what": object()})), json=True)
