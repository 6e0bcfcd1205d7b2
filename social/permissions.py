"""Who reads and writes the rights of people: the social service and the direction, nobody else."""

from caracol.accounts.enums import Role
from caracol.accounts.policy import RIGHTS

READERS: frozenset[Role] = RIGHTS
