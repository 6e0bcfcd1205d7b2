"""The direction's rules: dated parameters, the association's identity, the IRL."""

from caracol.parameters.admin.dated import DatedAdmin, DatedForm
from caracol.parameters.admin.pages import AssociationAdmin, IndexValueAdmin, ParameterAdmin

__all__ = ["AssociationAdmin", "DatedAdmin", "DatedForm", "IndexValueAdmin", "ParameterAdmin"]
