"""Routes of rules."""

from fastapi import APIRouter

from sentinel_api.access import requires
from sentinel_api.rules.schemas import RuleAnswer
from sentinel_core.domain.users import Role
from sentinel_vision.rules.catalogue import describe_rules

router = APIRouter(tags=["rules"])


@router.get("/rules", dependencies=[requires(Role.VIEWER)])
async def list_rules() -> list[RuleAnswer]:
    """All rules with their parameters, in the order in which they are asked."""
    return [RuleAnswer.of(rule) for rule in describe_rules()]
