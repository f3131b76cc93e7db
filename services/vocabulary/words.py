"""One door to all words but councils: roles, themes, parties, kinds and priorities."""

from services.vocabulary.kinds import KINDS, Kind, kind_code, kind_suggestions
from services.vocabulary.parties import PARTIES, party_code, party_suggestions
from services.vocabulary.priorities import PRIORITIES, priority_code, priority_suggestions
from services.vocabulary.roles import ROLES, Role, role_code, role_suggestions
from services.vocabulary.themes import THEMES, theme_code, theme_suggestions

__all__ = [
    "KINDS",
    "PARTIES",
    "PRIORITIES",
    "ROLES",
    "THEMES",
    "Kind",
    "Role",
    "kind_code",
    "kind_suggestions",
    "party_code",
    "party_suggestions",
    "priority_code",
    "priority_suggestions",
    "role_code",
    "role_suggestions",
    "theme_code",
    "theme_suggestions",
]
