"""All settings. Flags win over environment, environment over `sentinel.toml`, that over defaults.

The only module of the product that reads the environment. `sentinel doctor` prints each value
with its origin.
"""

from pathlib import Path

from pydantic import BaseModel, Field, SecretStr
from pydantic_settings import (
    BaseSettings,
    EnvSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)


class ApiSettings(BaseModel):
    """api-gateway."""

    host: str = "127.0.0.1"
    port: int = Field(default=8080, ge=0, le=65535)
    auth: bool = True
    access_token_minutes: int = Field(default=15, ge=1)
    session_days: int = Field(default=14, ge=1)
    login_attempts_per_minute: int = Field(default=10, ge=1)
    dashboard_dir: Path | None = Field(
        default=None, description="The built dashboard; None: the one beside the code"
    )


class CameraSettings(BaseModel):
    """camera-service."""

    file_roots: list[Path] = Field(
        default_factory=list,
        description="Folders a file source may be in, besides DATA_DIR/videos and the demo clips",
    )
    connect_timeout_s: float = Field(default=8.0, gt=0)
    stall_timeout_s: float = Field(default=5.0, gt=0)
    probe_timeout_s: float = Field(default=10.0, gt=0)
    backoff_min_s: float = Field(default=0.5, gt=0)
    backoff_max_s: float = Field(default=30.0, gt=0)
    connects_per_s: float = Field(default=5.0, gt=0, description="Of all cameras of this site")
    allow_private_addresses: bool = Field(
        default=True, description="Cameras are in private networks; false guards a public server"
    )


class InferenceSettings(BaseModel):
    """inference-service."""

    model_dir: Path | None = Field(
        default=None, description="Folder with best.onnx and manifest.json; None: the shipped model"
    )
    threads: int | None = Field(
        default=None, ge=1, description="None: the cores of this machine or cgroup"
    )
    confidence: float = Field(default=0.25, ge=0.0, le=1.0, description="Reported detections")
    class_confidence: dict[str, float] = Field(
        default_factory=dict, description="Overrides by class"
    )
    staleness_budget_s: float = Field(default=0.5, gt=0)
    frame_timeout_s: float = Field(default=5.0, gt=0)


class Settings(BaseSettings):
    """Everything that can be set, for all services.

    `data_dir` holds what the embedded mode stores: database, objects, secret key, videos.
    """

    model_config = SettingsConfigDict(
        env_prefix="SENTINEL_",
        env_nested_delimiter="__",
        toml_file="sentinel.toml",
        extra="forbid",
    )

    data_dir: Path = Path("~/.local/share/sentinel")
    bus_url: str = "memory://"
    database_url: str | None = None
    objects_url: str | None = None
    secret_key: SecretStr | None = None
    reference_data: Path | None = None
    log_format: str = Field(default="console", pattern="^(console|json)$")
    api: ApiSettings = ApiSettings()
    cameras: CameraSettings = CameraSettings()
    inference: InferenceSettings = InferenceSettings()

    @property
    def data_path(self) -> Path:
        """`data_dir` as an absolute path."""
        return self.data_dir.expanduser().absolute()

    @property
    def effective_database_url(self) -> str:
        """`database_url`, or the SQLite file in the data directory."""
        return self.database_url or f"sqlite+aiosqlite:///{self.data_path / 'sentinel.db'}"

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Flags (init), environment, file; no dotenv, no secret files."""
        del dotenv_settings, file_secret_settings
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls)


def setting_origins() -> dict[str, str]:
    """Where each setting comes from, by its dotted name: `environment`, `sentinel.toml`, `default`.

    Flags of a command are not known here; they win over all of these.
    """
    environment = EnvSettingsSource(Settings)()
    file = TomlConfigSettingsSource(Settings)()
    origins: dict[str, str] = {}
    for name in _leaf_names(Settings, ""):
        path = name.split(".")
        if _holds(environment, path):
            origins[name] = "environment"
        else:
            origins[name] = "sentinel.toml" if _holds(file, path) else "default"
    return origins


def _leaf_names(model: type[BaseModel], prefix: str) -> list[str]:
    names: list[str] = []
    for name, field in model.model_fields.items():
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            names += _leaf_names(field.annotation, f"{prefix}{name}.")
        else:
            names.append(prefix + name)
    return names


def _holds(tree: object, path: list[str]) -> bool:
    for part in path:
        if not isinstance(tree, dict) or part not in tree:
            return False
        tree = tree[part]
    return True
