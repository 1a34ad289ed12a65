"""The tables of the service."""

from api.tables.access import (
    AuditHeadRow,
    AuditRow,
    DeliveryRow,
    IdempotencyRow,
    KeyRow,
    SignInRow,
    WebhookRow,
)
from api.tables.base import new_id, now
from api.tables.rounds import (
    DecisionRow,
    ImportRow,
    MentorRow,
    OpportunityRow,
    RequestRow,
    RoundFileRow,
    RoundRow,
    RoundSchoolRow,
    SchoolRow,
    SiteRow,
    StudentRow,
)
from api.tables.runs import (
    OverrideRow,
    PublicationRow,
    ResultFileRow,
    ResultRow,
    RulePackRow,
    RunRow,
    SnapshotRow,
)

__all__ = [
    "AuditHeadRow",
    "AuditRow",
    "DecisionRow",
    "DeliveryRow",
    "IdempotencyRow",
    "ImportRow",
    "KeyRow",
    "MentorRow",
    "OpportunityRow",
    "OverrideRow",
    "PublicationRow",
    "RequestRow",
    "ResultFileRow",
    "ResultRow",
    "RoundFileRow",
    "RoundRow",
    "RoundSchoolRow",
    "RulePackRow",
    "RunRow",
    "SchoolRow",
    "SignInRow",
    "SiteRow",
    "SnapshotRow",
    "StudentRow",
    "WebhookRow",
    "new_id",
    "now",
]
