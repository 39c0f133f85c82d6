"""`sentinel user`: add, list, reset-password."""

from typing import Annotated

import typer

from sentinel_allinone.api_client import call_api
from sentinel_allinone.options import AsJson, DataDir, load_settings
from sentinel_allinone.terminal import out, print_json, print_table
from sentinel_core.domain.users import Role

app = typer.Typer(no_args_is_help=True, help="Add and list users, reset passwords.")

Name = Annotated[str, typer.Argument(help="Sign-in name.")]


@app.command()
def add(
    name: Name,
    *,
    role: Annotated[Role, typer.Option(help="What the user may do.")],
    data_dir: DataDir = None,
) -> None:
    """Add a user. The password is made up and printed once."""
    body = {"name": name, "role": role.value}
    user = call_api(load_settings({"data_dir": data_dir}), "POST", "/api/users", body)
    out.print(f"added {user['name']} ({user['role']}), password: {user['password']}", markup=False)


@app.command("list")
def list_users(*, data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """List all users."""
    users = call_api(load_settings({"data_dir": data_dir}), "GET", "/api/users")
    if as_json:
        print_json(users)
        return
    print_table(("NAME", "ROLE", "SINCE"), ((u["name"], u["role"], u["created_at"]) for u in users))


@app.command("reset-password")
def reset_password(name: Name, *, data_dir: DataDir = None) -> None:
    """Make up a new password, print it once, and end the user's sessions."""
    path = f"/api/users/{name}/reset-password"
    answer = call_api(load_settings({"data_dir": data_dir}), "POST", path)
    out.print(f"new password of {name}: {answer['password']}", markup=False)
