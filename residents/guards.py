"""Database triggers that keep contracts true whatever writes them."""

import pgtrigger

# A draft or abandoned contract binds neither room nor person: exclusion constraints look at
# `binding` alone, which these two triggers keep equal to what the contract's status says.
CONTRACT_STATUS_BINDS = pgtrigger.Trigger(
    name="contract_status_binds",
    operation=pgtrigger.UpdateOf("status"),
    when=pgtrigger.After,
    func="""
        IF (NEW.status IN ('DRAFT', 'CANCELLED')) <> (OLD.status IN ('DRAFT', 'CANCELLED')) THEN
            UPDATE residents_contractterms SET binding = NEW.status NOT IN ('DRAFT', 'CANCELLED')
                WHERE contract_id = NEW.id;
            UPDATE residents_contractholder SET binding = NEW.status NOT IN ('DRAFT', 'CANCELLED')
                WHERE contract_id = NEW.id;
        END IF;
        RETURN NULL;
    """,
)

BINDING_FOLLOWS_CONTRACT = pgtrigger.Trigger(
    name="binding_follows_contract",
    operation=pgtrigger.Insert | pgtrigger.Update,
    when=pgtrigger.Before,
    func="""
        SELECT status NOT IN ('DRAFT', 'CANCELLED') INTO NEW.binding
            FROM residents_contract WHERE id = NEW.contract_id;
        RETURN NEW;
    """,
)

# No resident's contract may outlast the owner's agreement (RULEBOOK 1.1). The agreement itself may
# be shortened later: that is a fact to act upon, not one to refuse.
WITHIN_OWNER_AGREEMENT = pgtrigger.Trigger(
    name="within_owner_agreement",
    operation=pgtrigger.Insert | pgtrigger.UpdateOf("room_id", "ends_on"),
    when=pgtrigger.Before,
    declare=[("last_day", "date")],
    func="""
        SELECT max(agreement.ends_on) INTO last_day
            FROM colocations_owneragreement agreement
            JOIN colocations_colocation home ON home.site_id = agreement.site_id
            JOIN colocations_room room ON room.colocation_id = home.id
            WHERE room.id = NEW.room_id;
        IF last_day IS NULL OR NEW.ends_on > last_day THEN
            RAISE EXCEPTION 'contract terms end on % after the owner''s agreement (%)',
                NEW.ends_on, last_day
                USING ERRCODE = 'check_violation', CONSTRAINT = 'contract_within_agreement';
        END IF;
        RETURN NEW;
    """,
)


def contract_is_tiled(contract_column: str) -> pgtrigger.Trigger:
    """Return the deferred guard: a contract's terms cover its days exactly, from start to end.

    Overlaps are refused by an exclusion constraint, so equal bounds and days leave no hole.
    """
    return pgtrigger.Trigger(
        name="contract_is_tiled",
        operation=pgtrigger.Insert | pgtrigger.Update,
        when=pgtrigger.After,
        timing=pgtrigger.Deferred,
        declare=[("contract", "record"), ("tiles", "record")],
        func=f"""
            SELECT starts_on, ends_on INTO contract
                FROM residents_contract WHERE id = NEW.{contract_column};
            SELECT min(starts_on) AS first, max(ends_on) AS last,
                   sum(ends_on - starts_on + 1) AS days INTO tiles
                FROM residents_contractterms WHERE contract_id = NEW.{contract_column};
            IF tiles.first IS DISTINCT FROM contract.starts_on
               OR tiles.last IS DISTINCT FROM contract.ends_on
               OR tiles.days IS DISTINCT FROM (contract.ends_on - contract.starts_on + 1) THEN
                RAISE EXCEPTION 'the terms of contract % do not cover its days', NEW.{contract_column}
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'contract_is_tiled';
            END IF;
            RETURN NULL;
        """,
    )
