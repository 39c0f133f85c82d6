"""Routes of accounts."""

from typing import Annotated

from fastapi import APIRouter, Path

from sentinel_api.access import Admin, requires
from sentinel_api.context import Context
from sentinel_api.schemas import BODY_PROBLEMS, problems
from sentinel_api.users.schemas import CreatedUser, CreateUser, NewPassword, UserAnswer
from sentinel_core.domain.users import Role

router = APIRouter(tags=["users"])


@router.get("/users", dependencies=[requires(Role.ADMIN)])
async def list_users(context: Context) -> list[UserAnswer]:
    """All accounts, by name."""
    return await context.users.list_all()


@router.post(
    "/users",
    status_code=201,
    response_model_exclude_none=True,
    responses=problems(409, *BODY_PROBLEMS),
)
async def create_user(context: Context, caller: Admin, body: CreateUser) -> CreatedUser:
    """Add an account."""
    return await context.users.create(body, caller)


@router.post("/users/{name}/reset-password", responses=problems(404, 422))
async def reset_password(
    context: Context, caller: Admin, name: Annotated[str, Path(max_length=64)]
) -> NewPassword:
    """Give the account a new random password and end its sessions."""
    return await context.users.reset_password(name, caller)
